// The channels into Kafka.
//
// kafka: alerts as CloudEvents in binary mode (`ce_…` headers, the record as value), keyed by the subject's
// id, so that what is said about one subject stays in order.
// dead-letter: the refused record as it came, key, value and headers, with the headers duban-code,
// duban-reason, duban-topic, duban-partition, duban-offset and duban-at added. Takes nothing else.
#pragma once

#include <optional>

#include "delivery/channel_settings.hpp"
#include "delivery/kafka_producer.hpp"

namespace duban::delivery {

MadeChannel make_kafka(const ChannelSettings& settings, const ChannelContext& context);
MadeChannel make_dead_letter(const ChannelSettings& settings, const ChannelContext& context);

/// The records they send; empty if the message is not of their kind.
std::optional<KafkaRecord> alert_record(Message message, const std::string& source);
std::optional<KafkaRecord> dead_letter_record(const Message& message);

}  // namespace duban::delivery
