#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace doorbell::debugger {

/// The longest packet that is taken, in bytes between `$` and `#`: what `PacketSize` says.
inline constexpr std::size_t packet_limit = 0x4000;

/// What GDB has sent (GDB's manual, E.1, Remote Serial Protocol: Overview).
struct Incoming {
  enum class Kind : std::uint8_t {
    packet,        ///< `payload`, without escapes
    broken,        ///< a packet whose checksum or escapes are wrong: to be sent again
    oversized,     ///< a packet beyond the limit, which nobody has kept
    interrupt,     ///< Ctrl-C, between packets
    acknowledged,  ///< `+`
    refused        ///< `-`: the last packet is to be sent again
  };
  Kind kind = Kind::packet;
  std::string payload;
};

/// Finds packets in a stream of bytes, whatever the bytes are.
class PacketReader {
 public:
  explicit PacketReader(std::size_t limit = packet_limit) : limit_(limit) {}

  /// What this byte completes, if anything.
  std::optional<Incoming> take(char byte);

 private:
  enum class State : std::uint8_t { between, payload, first_digit, second_digit };

  std::optional<Incoming> take_between(char byte);
  void take_payload(char byte);
  void begin();
  Incoming finish(char last_digit);

  std::size_t limit_;
  State state_ = State::between;
  std::string payload_;
  std::size_t length_ = 0;  ///< with escapes
  std::uint8_t sum_ = 0;
  bool escaped_ = false;  ///< the next byte
  char digit_ = 0;        ///< the checksum's first
};

/// The packet for a payload: escaped, shortened by run-length encoding, with its checksum.
std::string packet(std::string_view payload);

}  // namespace doorbell::debugger
