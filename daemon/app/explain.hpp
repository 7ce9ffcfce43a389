// Why something was said, or was not: from an alert back to its event, rule, calendar days and stages, and on
// to every attempt of delivery. Read from the ledgers, also beside a running daemon.
//
// An explanation is JSON (docs/commands.md); explanation_text() tells it in Chinese.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "app/settings.hpp"
#include "app/store_files.hpp"

namespace duban::app {

using Explanation = nlohmann::ordered_json;

/// Nothing if no ledger of the store has this alert. Throws ledger::StorageError.
std::optional<Explanation> explain_alert(const std::vector<StoreFile>& store,
                                         const rule::Configuration& configuration,
                                         const rule::Sources& sources, const std::string& alert);

/// The items of a rule for a subject with every stage: said, still to come, or why not. A subject that no
/// ledger knows is explained as such. Throws ledger::StorageError.
Explanation explain_item(const std::vector<StoreFile>& store, const rule::Configuration& configuration,
                         const rule::Sources& sources, const rule::Rule& rule, const std::string& subject);

std::string explanation_text(const Explanation& explanation);

}  // namespace duban::app
