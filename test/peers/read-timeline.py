"""Reads a bundle with the OpenTimelineIO library, writes it back, edits it, and converts it; tells what it found as JSON."""

import json
import os
import sys

import opentimelineio as otio

bundle, folder = sys.argv[1:3]
schema = otio.schema


def seconds(time):
    return time.to_seconds()


def facts_of(clip, track):
    media = clip.media_reference
    place = track.range_of_child(clip)
    return {
        "name": clip.name,
        "kind": track.kind,
        "path": os.path.join(folder, media.target_url),
        "available": [media.available_range.start_time.value, media.available_range.duration.value, media.available_range.duration.rate],
        "source": [clip.source_range.start_time.value, clip.source_range.duration.value, clip.source_range.duration.rate],
        "place": [seconds(place.start_time), seconds(place.duration)],
        "markers": [marker.name for marker in clip.markers],
    }


def convert(timeline, adapter, name):
    if adapter not in otio.adapters.available_adapter_names():
        return None
    path = os.path.join(folder, name)
    otio.adapters.write_to_file(timeline, path, adapter_name=adapter)
    return path


def snapped(timeline, rate):
    """Sound in whole frames, as formats without a rate of their own for it want it."""
    copy = timeline.deepcopy()
    for item in copy.find_children():
        if isinstance(item, schema.Clip):
            media = item.media_reference
            media.available_range = snap(media.available_range, rate)
        if isinstance(item, (schema.Clip, schema.Gap)) and item.source_range is not None:
            item.source_range = snap(item.source_range, rate)
    return copy


def snap(span, rate):
    start = otio.opentime.RationalTime(round(span.start_time.rescaled_to(rate).value), rate)
    duration = otio.opentime.RationalTime(round(span.duration.rescaled_to(rate).value), rate)
    return otio.opentime.TimeRange(start, duration)


timeline = otio.adapters.read_from_file(bundle, extract_to_directory=folder)
shots = timeline.video_tracks()[0]
rate = shots.trimmed_range().duration.rate
again = os.path.join(folder, "again.otio")
otio.adapters.write_to_file(timeline, again)

# The first clip goes to the end, half as long, as an editor would do it.
edited = timeline.deepcopy()
children = edited.video_tracks()[0]
first = children[0].deepcopy()
del children[0]
first.source_range = otio.opentime.TimeRange(first.source_range.start_time, otio.opentime.RationalTime(first.source_range.duration.value // 2, rate))
children.append(first)
reedited = os.path.join(folder, "edited.otio")
otio.adapters.write_to_file(edited, reedited)

# The library's own bundle of the very media that lie there now.
os.chdir(folder)
rebundled = os.path.join(folder, "rebundled.otioz")
otio.adapters.write_to_file(timeline, rebundled)

pictures = schema.Timeline(timeline.name)
pictures.tracks.append(shots.deepcopy())
print(
    json.dumps(
        {
            "version": otio.__version__,
            "name": timeline.name,
            "seconds": seconds(timeline.duration()),
            "rate": rate,
            "tracks": [
                {
                    "name": track.name,
                    "kind": track.kind,
                    "enabled": track.enabled,
                    "seconds": seconds(track.trimmed_range().duration),
                    "clips": [facts_of(clip, track) for clip in track.find_clips()],
                    "transitions": [
                        {"type": child.transition_type, "frames": child.in_offset.value + child.out_offset.value}
                        for child in track
                        if isinstance(child, schema.Transition)
                    ],
                }
                for track in timeline.tracks
            ],
            "again": again,
            "edited": reedited,
            "rebundled": rebundled,
            "edl": convert(pictures, "cmx_3600", "film.edl"),
            "fcpx": convert(snapped(timeline, rate), "fcpx_xml", "film.fcpxml"),
        }
    )
)
