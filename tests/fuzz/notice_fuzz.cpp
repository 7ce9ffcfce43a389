// The importer of the State Council's notices, plain text and JSON, on arbitrary bytes.
//
// Besides not crashing and not hanging: there is a file or an error, and a file that is made can be loaded.
#include <algorithm>

#include "calendar/calendar.hpp"
#include "calendar/import.hpp"
#include "require.hpp"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  using namespace duban;
  const std::string text(reinterpret_cast<const char*>(bytes), size);
  Diagnostics found;
  const auto file = calendar::import_year("notice", text, {0, "国办发明电〔2026〕1号", ""}, found);
  fuzz::require_findings(found, "notice", static_cast<int>(std::count(text.begin(), text.end(), '\n')) + 1);
  fuzz::require(file.has_value() != found.has_errors(), "a file or an error");
  if (!file) return 0;
  static const std::string statutory =
      "statutory:\n  from: 2100\n  holidays:\n"
      "    - { id: new-year, name: a }\n    - { id: spring-festival, name: b }\n    - { id: qingming, name: "
      "c }\n"
      "    - { id: labour-day, name: d }\n    - { id: dragon-boat, name: e }\n    - { id: mid-autumn, name: "
      "f }\n"
      "    - { id: national-day, name: g }\n    - { id: victory-day, name: h }\n";
  Diagnostics of_file;
  calendar::Calendar::from_text("#file made.yaml " + std::to_string(file->yaml.size()) + "\n" + file->yaml +
                                    "\n#file statutory.yaml " + std::to_string(statutory.size()) + "\n" +
                                    statutory + "\n",
                                of_file);
  for (const Diagnostic& finding : of_file.sorted()) {
    // Whether the days off are one run is seen with all files together.
    if (finding.code == "E309") continue;
    std::fprintf(stderr, "%s\n%s", of_file.text().c_str(), file->yaml.c_str());
    fuzz::require(false, "the file that is made can be loaded");
  }
  return 0;
}
