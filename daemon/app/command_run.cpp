#include "app/command_run.hpp"

#include <asio/io_context.hpp>
#include <asio/signal_set.hpp>
#include <charconv>
#include <csignal>
#include <iostream>

#include "app/daemon.hpp"
#include "app/exit_codes.hpp"
#include "app/signals.hpp"
#include "core/log.hpp"
#include "intake/jsonl_source.hpp"
#include "intake/kafka_source.hpp"

namespace duban::app {
namespace {

std::optional<int64_t> parse_offset(std::string_view text) {
  if (text == "earliest") return kEarliest;
  if (text == "latest") return kLatest;
  int64_t offset = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), offset);
  if (failed != std::errc{} || end != text.data() + text.size() || offset < 0) return std::nullopt;
  return offset;
}

/// "TOPIC/PARTITION=WHERE"; false if it is not of that form.
bool parse_seek(const std::string& text, Seeks& seeks) {
  const size_t slash = text.rfind('/');
  const size_t equals = text.rfind('=');
  if (slash == std::string::npos || equals == std::string::npos || equals < slash) return false;
  const auto partition = parse_offset(std::string_view(text).substr(slash + 1, equals - slash - 1));
  const auto offset = parse_offset(std::string_view(text).substr(equals + 1));
  if (!partition || *partition < 0 || !offset) return false;
  seeks[{text.substr(0, slash), static_cast<int32_t>(*partition)}] = *offset;
  return true;
}

std::unique_ptr<intake::Source> make_source(asio::io_context& loop, const RunArguments& arguments,
                                            const Loaded& loaded, std::string& error) {
  constexpr std::string_view kJsonl = "jsonl:";
  if (arguments.source.starts_with(kJsonl))
    return intake::make_jsonl_source(loop, arguments.source.substr(kJsonl.size()),
                                     loaded.configuration->zone);
  if (!arguments.source.empty()) {
    error = "--source " + arguments.source + ": expected jsonl:FILE or jsonl:-";
    return nullptr;
  }
  intake::KafkaOptions options;
  options.topics = loaded.settings.topics;
  options.properties = loaded.settings.kafka_properties(error);
  if (options.topics.empty()) error = loaded.settings.file + ": kafka.topics names no topic to read";
  return error.empty() ? intake::make_kafka_source(loop, std::move(options), error) : nullptr;
}

std::optional<log::Level> level_named(const std::string& name) {
  if (name == "debug") return log::Level::debug;
  if (name == "info") return log::Level::info;
  if (name == "warning") return log::Level::warning;
  if (name == "error") return log::Level::error;
  return std::nullopt;
}

}  // namespace

int run_command(const RunArguments& arguments) {
  Diagnostics findings;
  Loaded loaded = load_all(arguments.config, findings);
  if (const std::string report = findings.text(); !report.empty()) std::cerr << report;
  if (!loaded.configuration) return kConfiguration;
  log::start(level_named(arguments.log_level).value_or(loaded.settings.log_level));
  DaemonOptions options;
  options.accept_cluster = arguments.accept_cluster;
  options.stop_when_finished = !arguments.source.empty();
  for (const std::string& seek : arguments.seeks)
    if (!parse_seek(seek, options.seeks)) {
      std::cerr << "duban run: --seek " << seek
                << ": expected TOPIC/PARTITION=earliest, latest or an offset\n";
      return kUsage;
    }
  const auto clock = make_system_clock();
  asio::io_context loop(1);
  std::string error;
  auto source = make_source(loop, arguments, loaded, error);
  if (!source) {
    std::cerr << "duban run: " << error << "\n";
    return kConfiguration;
  }
  int code = kInternal;
  {
    Daemon daemon(loop, *clock, std::move(loaded), std::move(source), std::move(options));
    Signals signals(loop);
    signals.on_stop = [&daemon] { daemon.stop(); };
    signals.on_reload = [&daemon] { daemon.reload(); };
    signals.on_confirm = [&daemon] { daemon.confirm_clock(); };
    daemon.start([&](int ended) {
      code = ended;
      signals.close();
      loop.stop();  // everything is drained by now: only timers are left
    });
    loop.run();
  }
  return code;
}

}  // namespace duban::app
