#include "doorbell/cpu/arch/engine_loader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "doorbell/core/arch/error.h"

namespace doorbell::cpu {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string refusal(const std::filesystem::path& file) {
  try {
    EngineLibrary library(file);
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

TEST(EngineLoader, AMissingFileIsOneLine) {
  const std::string text = refusal("/nowhere/libdoorbell_engine_unicorn.so");
  EXPECT_THAT(text, HasSubstr("/nowhere/libdoorbell_engine_unicorn.so: expected an engine"));
  EXPECT_THAT(text, Not(HasSubstr("\n")));
}

TEST(EngineLoader, ALibraryThatIsNoEngineIsRefused) {
  EXPECT_THAT(refusal("libz.so.1"), HasSubstr("libz.so.1: expected an engine for AArch64 "
                                              "instructions, found a library without one"));
}

TEST(EngineLoader, TheEnvironmentNamesAnotherPlace) {
  setenv("DOORBELL_ENGINE", "/nowhere/engine.so", 1);
  EXPECT_EQ(EngineLibrary::places(), std::vector<std::filesystem::path>{"/nowhere/engine.so"});
}

TEST(EngineLoader, AnAbsentEngineIsOneLineThatNamesThePlaces) {
  setenv("DOORBELL_ENGINE", "/nowhere/engine.so", 1);
  try {
    EngineLibrary::find();
    FAIL() << "found an engine that isn't there";
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), HasSubstr("expected /nowhere/engine.so, found none"));
    EXPECT_THAT(error.what(), Not(HasSubstr("\n")));
  }
}

}  // namespace
}  // namespace doorbell::cpu
