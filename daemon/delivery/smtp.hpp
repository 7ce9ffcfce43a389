// Mail to people, through the house's mail server.
//
// One mail to each person, over one kept connection (`concurrency`: as many). STARTTLS unless `tls: none`;
// certificates are checked. The Message-ID is the same in every repetition, so mailboxes show one mail.
//
// | the server says | outcome |
// |---|---|
// | 250 at the end | delivered |
// | nothing, or cannot be reached; no STARTTLS; credentials refused | retry, the channel stops |
// | 421, 454 | retry, the channel stops |
// | 4xx | retry |
// | 5xx to this person or this mail | rejected |
//
// Source: RFC 5321, 3207, 4954, 6531; everything.curl.dev and libcurl's CURLOPT_MAIL_RCPT for how libcurl
// speaks it.
#pragma once

#include "delivery/channel_settings.hpp"
#include "delivery/smtp_client.hpp"

namespace duban::delivery {

MadeChannel make_smtp(const ChannelSettings& settings, const ChannelContext& context);

Outcome smtp_outcome(const SmtpAnswer& answer);

}  // namespace duban::delivery
