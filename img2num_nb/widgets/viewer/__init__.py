"""The viewer: pictures of one image side by side, with linked zoom."""
