"""Engines: a conversation in, a stream of text out; knows nothing of DICOM or Gradio."""
