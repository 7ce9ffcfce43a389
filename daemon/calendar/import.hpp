// Turns a State Council notice into the file of its year, so that nobody types thirty dates each November.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/diagnostic.hpp"

namespace duban::calendar {

/// What the text itself does not say; each goes before what it says.
struct ImportOptions {
  int year = 0;
  std::string number;  // 国办发明电〔2025〕7号
  std::string url;
};

struct ImportedFile {
  int year = 0;
  std::string yaml;  // to be written to <year>.yaml
};

/// `text` is a notice's text ("一、元旦：1月1日（周四）至3日（周六）放假调休，共3天。1月4日（周日）上班。"
/// and so on, with or without title, number and date) or a year's JSON of the public holiday-cn collection.
/// `name` stands in the findings. Nothing if there are errors: a sentence that is not understood is one, so
/// no day is lost; so are a weekday or a number of days that contradicts the dates.
std::optional<ImportedFile> import_year(const std::string& name, std::string_view text,
                                        const ImportOptions& options, Diagnostics& out);

}  // namespace duban::calendar
