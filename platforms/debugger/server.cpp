#include "platforms/debugger/server.h"

#include <poll.h>

#include <array>
#include <boost/asio/buffer.hpp>

#include "doorbell/core/arch/error.h"

namespace doorbell::debugger {
namespace {

using boost::asio::ip::tcp;
using boost::system::error_code;

/// GDB answers at once; one that doesn't read is gone.
constexpr std::chrono::milliseconds send_patience{10'000};

bool is_ready(int descriptor, short event, std::chrono::milliseconds patience) {
  pollfd entry{descriptor, event, 0};
  return ::poll(&entry, 1, static_cast<int>(patience.count())) > 0;
}

}  // namespace

Server::Server(std::uint16_t port) {
  const tcp::endpoint endpoint(boost::asio::ip::address_v4::loopback(), port);
  error_code error;
  acceptor_.open(endpoint.protocol(), error);
  if (!error) acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor_.bind(endpoint, error);
  if (!error) acceptor_.listen(1, error);
  if (!error) acceptor_.non_blocking(true, error);
  if (!error) return;
  throw InputError("--gdb: expected a port that is free, found " + std::to_string(port) + ": " +
                   error.message());
}

std::uint16_t Server::port() const {
  error_code ignored;
  return acceptor_.local_endpoint(ignored).port();
}

bool Server::accept(std::chrono::milliseconds patience) {
  if (!is_ready(acceptor_.native_handle(), POLLIN, patience)) return false;
  error_code error;
  acceptor_.accept(socket_, error);
  if (error) return false;
  error_code ignored;
  acceptor_.close(ignored);
  socket_.non_blocking(true, ignored);
  socket_.set_option(tcp::no_delay(true), ignored);
  return true;
}

std::string Server::receive(std::chrono::milliseconds patience) {
  if (!connected() || !is_ready(socket_.native_handle(), POLLIN, patience)) return {};
  std::array<char, 4096> bytes;
  error_code error;
  const std::size_t size = socket_.read_some(boost::asio::buffer(bytes), error);
  const bool none =
      error == boost::asio::error::would_block || error == boost::asio::error::interrupted;
  if (error && !none) close();
  return {bytes.data(), size};
}

void Server::send(std::string_view bytes) {
  while (connected() && !bytes.empty()) {
    if (!is_ready(socket_.native_handle(), POLLOUT, send_patience)) return close();
    error_code error;
    bytes.remove_prefix(socket_.write_some(boost::asio::buffer(bytes.data(), bytes.size()), error));
    if (error && error != boost::asio::error::would_block) close();
  }
}

void Server::close() {
  error_code ignored;
  socket_.close(ignored);
}

}  // namespace doorbell::debugger
