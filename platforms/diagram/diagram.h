#pragma once

#include <string>
#include <vector>

namespace doorbell {

/// What a platform is made of, as a picture shows it.
struct Diagram {
  struct Socket {
    std::string path;        ///< "virt.smmu.tcu.tables"
    std::string name;        ///< "tables"
    bool initiator = false;  ///< Or a driving wire: where bindings start.
  };
  struct Block {
    std::string path;   ///< "virt.smmu.tcu"
    std::string name;   ///< "tcu"
    std::string model;  ///< The class that models it: "smmu::Tcu".
    std::vector<Socket> sockets;
    std::vector<Block> blocks;  ///< What it is made of.
    unsigned unbound = 0;       ///< Sockets that are left out, since nothing is bound to them.
  };
  struct Binding {
    std::string from;  ///< Path of a socket.
    std::string to;
    std::string protocol;  ///< "TLM", "TLP", ...
    unsigned count = 1;    ///< How many alike.
  };

  Block top;
  std::vector<Binding> bindings;
};

/// Without the sockets that nothing is bound to, which are counted, and without blocks that have
/// none.
Diagram bound_part(const Diagram& diagram);

/// With neighbours of one class whose names differ in their number alone drawn as one block, and
/// likewise sockets: cpu0 to cpu3 become "cpu0…3". For a picture that fits a page.
Diagram folded(const Diagram& diagram);

}  // namespace doorbell
