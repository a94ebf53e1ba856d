// Compiled into TensorFlow.js' native part (addon.mjs): a session is opened with the configuration that the environment
// variable TWELVE_IN_ONE_SESSION_CONFIG holds, a serialised tensorflow.ConfigProto in hexadecimal. TensorFlow.js itself
// offers no way to pass one. Unset or empty: TensorFlow's defaults. Written by src/engine/compile/session-config.ts.

#ifndef TWELVE_IN_ONE_SESSION_OPTIONS_H_
#define TWELVE_IN_ONE_SESSION_OPTIONS_H_

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include "tensorflow/c/c_api.h"

static inline TF_SessionOptions *ConfiguredSessionOptions() {
  TF_SessionOptions *options = TF_NewSessionOptions();
  const char *text = std::getenv("TWELVE_IN_ONE_SESSION_CONFIG");
  if (text == nullptr || *text == '\0') return options;
  const auto digit = [](char c) { return c <= '9' ? c - '0' : (c | 32) - 'a' + 10; };
  std::string proto;
  for (size_t i = 0; i + 1 < std::strlen(text); i += 2) proto.push_back(static_cast<char>(digit(text[i]) * 16 + digit(text[i + 1])));
  TF_Status *status = TF_NewStatus();
  TF_SetConfig(options, proto.data(), proto.size(), status);
  if (TF_GetCode(status) != TF_OK) std::fprintf(stderr, "TWELVE_IN_ONE_SESSION_CONFIG was not understood: %s\n", TF_Message(status));
  TF_DeleteStatus(status);
  return options;
}

#define TF_NewSessionOptions ConfiguredSessionOptions

#endif
