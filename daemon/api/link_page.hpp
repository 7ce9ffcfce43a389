// The pages behind signed links, for people on their phones: in Chinese, without script, without login.
#pragma once

#include "api/http.hpp"
#include "api/reader.hpp"
#include "core/signed_token.hpp"

namespace duban::api {

/// Whom a link's confirmation is from: its recipient; who holds a group's link names nobody.
std::string person_of(const AcknowledgementLink& link);
/// Its alerts with one button to confirm them, or the confirmation that is there.
Response link_page(Snapshots& snapshots, const AcknowledgementLink& link, const Zone& zone);
Response expired_page();
Response invalid_page();
Response try_again_page();

/// Text in a page: markup characters escaped, line ends as breaks, bytes that are not UTF-8 replaced.
std::string html(std::string_view text);

}  // namespace duban::api
