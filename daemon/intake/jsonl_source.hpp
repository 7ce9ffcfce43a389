// Recorded events from a file of JSON lines, or from standard input, as a finite Source.
//
// A line is a CloudEvent in structured form with one more member, `at`, the instant of its record:
//   {"specversion":"1.0","id":"e-1","source":"…","type":"hazard.reported","time":"…","subject":"H1","data":{…},"at":"2023-01-19T10:00"}
// or the short form of rule tests, known by its lack of specversion, in which id, source, time and subject
// may be left out:
//   {"at":"2023-01-19T10:00","type":"hazard.reported","data":{"hazard_id":"H1",…}}
// `at` is RFC 3339, or local to the configured zone if it has no offset. Blank lines are skipped. A line that
// cannot be read becomes a record all the same, which the decoder refuses: nothing is dropped.
#pragma once

#include <memory>
#include <string>

#include "core/time.hpp"
#include "intake/source.hpp"

namespace asio {
class io_context;
}

namespace duban::intake {

/// `file` is a path, or "-" for standard input. The file is streamed, never held whole. Its one input is
/// partition 0 of a topic called like the file (without folders; "stdin"); an offset is a line's number, from
/// 1. The source lives on the loop's thread and must not outlive the loop.
std::unique_ptr<Source> make_jsonl_source(asio::io_context& loop, std::string file, Zone zone);

}  // namespace duban::intake
