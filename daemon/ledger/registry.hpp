// The few rows about the ledger as a whole: its instant, positions of inputs, configurations,
// acknowledgements.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "ledger/database.hpp"
#include "ledger/ledger.hpp"
#include "ledger/names.hpp"

namespace duban::ledger {

using Texts = std::vector<std::pair<std::string, std::string>>;

class Registry {
 public:
  Registry(Database& database, Names& names);

  Instant instant() const { return now_.at; }
  /// Never goes back.
  void set_instant(Instant t);

  /// In order of topic and partition.
  std::vector<Position> positions();
  void put(const Position& position);

  const std::string& active_configuration() const { return now_.configuration; }
  /// Texts of a version that is stored already are not written again.
  void activate(std::string_view version, const Texts& texts, Instant at);
  /// In order of name.
  Texts configuration_texts(std::string_view version);

  bool acknowledge(const Ledger::Acknowledgement& ack);
  /// In order of instant and person.
  std::vector<Ledger::Acknowledgement> acknowledgements(std::string_view alert);

  /// Writes what has changed in the open transaction.
  void store();
  void committed() { committed_ = now_; }
  void rolled_back() { now_ = committed_; }
  /// Of a file that another process writes.
  void refresh();

 private:
  struct State {
    Instant at{};
    std::string configuration;
  };

  Names& names_;
  Statement select_meta_;
  Statement write_meta_;
  Statement write_position_;
  Statement select_positions_;
  Statement write_text_;
  Statement select_texts_;
  Statement add_activation_;
  Statement add_ack_;
  Statement select_acks_;
  State now_;
  State committed_;
};

}  // namespace duban::ledger
