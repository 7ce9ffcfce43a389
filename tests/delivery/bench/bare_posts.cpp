#include "delivery/bench/bare_posts.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <asio/io_context.hpp>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "delivery/curl_loop.hpp"

namespace duban::bench {
namespace {

size_t ignore(char*, size_t size, size_t count, void*) { return size * count; }

CURL* prepared(const std::string& url, const std::string& body, const curl_slist* headers) {
  CURL* easy = curl_easy_init();
  curl_easy_setopt(easy, CURLOPT_URL, url.c_str());
  curl_easy_setopt(easy, CURLOPT_POSTFIELDS, body.data());
  curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE, static_cast<long>(body.size()));
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &ignore);
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, 30'000L);
  return easy;
}

/// The mail that is still to be read.
size_t read_mail(char* into, size_t size, size_t count, void* rest) {
  auto& text = *static_cast<std::string_view*>(rest);
  const size_t bytes = std::min(size * count, text.size());
  text.copy(into, bytes);
  text.remove_prefix(bytes);
  return bytes;
}

}  // namespace

double bare_mails(const std::string& url, const std::string& from, const std::string& to,
                  const std::string& text, size_t total) {
  CURL* easy = curl_easy_init();
  curl_slist* recipients = curl_slist_append(nullptr, to.c_str());
  std::string_view rest;
  curl_easy_setopt(easy, CURLOPT_URL, url.c_str());
  curl_easy_setopt(easy, CURLOPT_MAIL_FROM, from.c_str());
  curl_easy_setopt(easy, CURLOPT_MAIL_RCPT, recipients);
  curl_easy_setopt(easy, CURLOPT_UPLOAD, 1L);
  curl_easy_setopt(easy, CURLOPT_READFUNCTION, &read_mail);
  curl_easy_setopt(easy, CURLOPT_READDATA, &rest);
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  const auto begin = std::chrono::steady_clock::now();
  for (size_t i = 0; i < total; ++i) {
    rest = text;
    if (curl_easy_perform(easy) != CURLE_OK) std::abort();
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  curl_easy_cleanup(easy);
  curl_slist_free_all(recipients);
  return took.count();
}

double bare_posts(const std::string& url, const std::string& body, const std::vector<std::string>& headers,
                  size_t total, size_t concurrency) {
  curl_slist* list = curl_slist_append(nullptr, "Expect:");
  for (const std::string& header : headers) list = curl_slist_append(list, header.c_str());
  asio::io_context loop(1);
  size_t started = 0, good = 0;
  std::shared_ptr<delivery::CurlLoop> curl;
  curl = delivery::CurlLoop::make(loop, static_cast<long>(concurrency), [&](void* easy, int result) {
    good += result == CURLE_OK ? 1 : 0;
    if (started < total) {
      ++started;
      curl->add(easy);
    }
  });
  const auto begin = std::chrono::steady_clock::now();
  std::vector<CURL*> handles;
  for (; started < concurrency; ++started) {
    handles.push_back(prepared(url, body, list));
    curl->add(handles.back());
  }
  while (good < total) loop.run_one();
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  curl.reset();
  for (CURL* easy : handles) curl_easy_cleanup(easy);
  curl_slist_free_all(list);
  return took.count();
}

}  // namespace duban::bench
