// The logs of the machine and of the house.
//
// syslog: one RFC 5424 datagram per alert, `address: udp://host:port` or the path of a socket. Delivered
// means handed to the network, which may lose it: for people there is another channel.
// journal: one entry of systemd's journal per alert, with DUBAN_ID, DUBAN_SEVERITY and the record as fields
// (`journalctl DUBAN_ID=…`). Delivered means that the journal has it.
//
// Priorities: critical 2, serious 3, warning 4, notice 5. No line of an event ends a line of the log.
//
// Source: RFC 5424 (6.3 structured data, escaping of " \ ]); RFC 5426 (one message a datagram, 2,048 bytes);
// systemd.io/JOURNAL_NATIVE_PROTOCOL.
#pragma once

#include <string>
#include <string_view>

#include "delivery/channel_settings.hpp"

namespace duban::delivery {

MadeChannel make_syslog(const ChannelSettings& settings, const ChannelContext& context);
MadeChannel make_journal(const ChannelSettings& settings, const ChannelContext& context);

/// The datagram: at most 2,048 bytes, the text shortened to fit.
std::string syslog_line(const Message& message, int facility, std::string_view host);
std::string journal_entry(const Message& message);
/// "local0" → 16; -1: no facility has this name.
int facility_number(std::string_view name);

}  // namespace duban::delivery
