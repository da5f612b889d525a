#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace doorbell::debugger {

/// One GDB on a TCP port of the loopback interface. Nothing is done but in calls, and none waits
/// longer than it is told to.
class Server {
 public:
  /// Listens at `port` of 127.0.0.1, 0 for one that is free. InputError when it can't be had.
  explicit Server(std::uint16_t port);

  std::uint16_t port() const;
  /// Waits for GDB; false when none has come. Nobody else is let in behind it.
  bool accept(std::chrono::milliseconds patience);
  bool connected() const { return socket_.is_open(); }
  /// What has come; nothing when nothing has. A connection that ends is closed.
  std::string receive(std::chrono::milliseconds patience);
  void send(std::string_view bytes);
  void close();

 private:
  boost::asio::io_context context_;
  boost::asio::ip::tcp::acceptor acceptor_{context_};
  boost::asio::ip::tcp::socket socket_{context_};
};

}  // namespace doorbell::debugger
