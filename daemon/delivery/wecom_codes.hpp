// WeCom's codes, the same for its robots and its apps.
#pragma once

#include <vector>

#include "delivery/reply.hpp"

namespace duban::delivery {

const ReplyForm& wecom_form();
const std::vector<CodeRow>& wecom_codes();
/// The token is no good any more (40014, 42001) or was not there (41001): another one may be.
bool wecom_wants_token(const std::string& code);

}  // namespace duban::delivery
