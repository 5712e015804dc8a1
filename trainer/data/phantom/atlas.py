"""The regions that phantoms exist of, by name."""

from types import MappingProxyType

from trainer.data.phantom.abdomen.build import ABDOMEN
from trainer.data.phantom.chest.build import CHEST
from trainer.data.phantom.head.build import HEAD
from trainer.data.phantom.pelvis.build import PELVIS

REGIONS = MappingProxyType({region.name: region for region in (HEAD, CHEST, ABDOMEN, PELVIS)})
