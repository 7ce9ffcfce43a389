// The daemon's HTTP interface: opened with it, its secrets read again with every reload.
#include "app/api_backend.hpp"
#include "app/daemon.hpp"
#include "app/exit_codes.hpp"
#include "core/log.hpp"

namespace duban::app {

bool Daemon::open_api() {
  if (loaded_.settings.http.address.empty()) return true;
  std::vector<std::string> ledgers;
  for (int shard = 0; shard < loaded_.settings.shards; ++shard) ledgers.push_back(ledger_file(shard));
  std::string error;
  api::ServerOptions options = api_options(loaded_.settings, std::move(ledgers), error);
  if (!error.empty()) {
    log::error("{}", error);
    end(kConfiguration);
    return false;
  }
  api_backend_ = std::make_unique<ApiBackend>(DaemonParts{
      clock_, [this] { return pump_.get(); }, [this] { return dispatcher_.get(); },
      [this] { return loaded_.configuration; }, [this] { return stopping_; }, [this] { return notes(); },
      [this](size_t index) { return index < shards_.size() ? shards_[index].get() : nullptr; },
      loaded_.settings.shards});
  api_ = std::make_unique<api::Server>(loop_, clock_, *api_backend_, std::move(options));
  api_->start();
  return true;
}

void Daemon::reload_api() {
  if (!api_) return;
  std::string error;
  api::ServerOptions options = api_options(loaded_.settings, {}, error);
  if (error.empty())
    api_->replace_secrets(std::move(options.token), std::move(options.link_key));
  else
    log::error("{}; the secrets stay as they were", error);
}

}  // namespace duban::app
