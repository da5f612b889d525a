#pragma once

#include <cstddef>
#include <utility>
#include <vector>

namespace doorbell {

/// A first in, first out queue that allocates only when it grows beyond what it ever held.
template <class T>
class Ring {
 public:
  bool empty() const { return size_ == 0; }
  std::size_t size() const { return size_; }

  void push_back(T item) {
    if (size_ == items_.size()) grow();
    (*this)[size_] = std::move(item);
    ++size_;
  }
  void pop_front() {
    items_[first_] = T{};
    first_ = (first_ + 1) & (items_.size() - 1);
    --size_;
  }
  T& front() { return items_[first_]; }
  /// The i-th from the front.
  T& operator[](std::size_t i) { return items_[(first_ + i) & (items_.size() - 1)]; }

 private:
  void grow() {
    std::vector<T> larger(items_.empty() ? 8 : items_.size() * 2);
    for (std::size_t i = 0; i < size_; ++i)
      larger[i] = std::move((*this)[i]);
    items_ = std::move(larger);
    first_ = 0;
  }

  std::vector<T> items_;  // a power of two of them
  std::size_t first_ = 0;
  std::size_t size_ = 0;
};

}  // namespace doorbell
