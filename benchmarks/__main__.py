"""Command line of the benchmarks."""

import argparse

from . import best, common, filter, quantize, scale


def main():
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("what", choices=("quantize", "filter", "scale", "best"))
    parser.add_argument("--images", help="folder of pictures; by default the built-in photographs")
    parser.add_argument("--repeats", type=int, default=3, help="runs of each, of which the least counts")
    parser.add_argument(
        "--skip", action="append", default=[], metavar="PEER", help="leave a peer of `quantize` out"
    )
    args = parser.parse_args()
    images = common.load_images(args.images)
    if args.what == "quantize":
        quantize.main(images, args.repeats, skip=args.skip)
    elif args.what == "best":
        best.main(images)
    else:
        {"filter": filter, "scale": scale}[args.what].main(images, args.repeats)


if __name__ == "__main__":
    main()
