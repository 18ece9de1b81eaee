"""Plain calculation: values in, values out."""
