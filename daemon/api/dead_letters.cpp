// /api/v1/dead-letters: what was refused, and why. The bytes themselves are not here: they may name persons,
// informants among them, whom nobody must find in a list.
#include <optional>

#include "api/newest.hpp"
#include "api/page.hpp"
#include "api/server_impl.hpp"

namespace duban::api {
namespace {

struct Letter {
  int64_t sequence = 0;
  Instant at{};
  ledger::DeadLetter letter;
};

std::vector<Letter> fetch(ledger::Ledger& ledger, int64_t before, size_t limit) {
  std::vector<Letter> letters;
  for (auto& [sequence, letter] : ledger.dead_letters_before(before, limit)) {
    const Instant at = letter.at;
    letters.push_back({sequence, at, std::move(letter)});
  }
  return letters;
}

Response letters_page(Snapshots& snapshots, const PageRequest& page, const Zone& zone) {
  Newest<Letter> letters(snapshots, page.cursor, fetch);
  Json entries = Json::array();
  while (entries.size() < page.limit) {
    size_t shard = 0;
    const Letter* found = letters.next(shard);
    if (found == nullptr) return page_response("dead_letters", std::move(entries), std::nullopt);
    const ledger::DeadLetter& letter = found->letter;
    entries.push_back({{"topic", letter.topic},
                       {"partition", letter.partition},
                       {"offset", letter.offset},
                       {"at", zone.format(letter.at)},
                       {"code", letter.code},
                       {"reason", letter.reason},
                       {"bytes", letter.payload.size()}});
  }
  return page_response("dead_letters", std::move(entries), cursor_text(letters.position()));
}

}  // namespace

void Server::Impl::dead_letters(Call call) {
  const auto page = read_page(call.request.query, {}, backend.configuration());
  if (const Fault* fault = std::get_if<Fault>(&page)) return call.respond(error_response(*fault));
  read([page = std::get<PageRequest>(page),
        zone = zone()](Snapshots& snapshots) { return letters_page(snapshots, page, zone); },
       std::move(call.respond));
}

}  // namespace duban::api
