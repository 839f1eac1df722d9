"""What results show and how surely: in tables, figures, sentences and one page."""
