"""The trainer: from CT pictures and captions to a 4-bit model."""
