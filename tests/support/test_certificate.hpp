// Creates a certificate and its key for one test, so that no key is in the repository.
#pragma once

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <memory>
#include <stdexcept>
#include <string>

namespace tokenledger::test {

struct pem_pair {
    std::string certificate;
    std::string key;
};

// Self-signed, valid for a day. `passphrase` encrypts the key; empty: not encrypted.
inline pem_pair make_certificate(const std::string& passphrase = "") {
    const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(EVP_EC_gen("P-256"), EVP_PKEY_free);
    const std::unique_ptr<X509, decltype(&X509_free)> made(X509_new(), X509_free);
    X509_set_version(made.get(), X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(made.get()), 1);
    X509_gmtime_adj(X509_getm_notBefore(made.get()), 0);
    X509_gmtime_adj(X509_getm_notAfter(made.get()), 86400);
    X509_set_pubkey(made.get(), key.get());
    X509_NAME* name = X509_get_subject_name(made.get());
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("localhost"),
                               -1, -1, 0);
    X509_set_issuer_name(made.get(), name);
    if (X509_sign(made.get(), key.get(), EVP_sha256()) == 0)
        throw std::runtime_error("X509_sign");

    const std::unique_ptr<BIO, decltype(&BIO_free)> out(BIO_new(BIO_s_mem()), BIO_free);
    const auto text = [&] {
        char* data = nullptr;
        const long size = BIO_get_mem_data(out.get(), &data);
        std::string copy(data, static_cast<std::size_t>(size));
        BIO_reset(out.get());
        return copy;
    };
    pem_pair both;
    PEM_write_bio_X509(out.get(), made.get());
    both.certificate = text();
    const auto* phrase = reinterpret_cast<const unsigned char*>(passphrase.data());
    PEM_write_bio_PrivateKey(out.get(), key.get(), passphrase.empty() ? nullptr : EVP_aes_128_cbc(),
                             passphrase.empty() ? nullptr : phrase, static_cast<int>(passphrase.size()),
                             nullptr, nullptr);
    both.key = text();
    return both;
}

} // namespace tokenledger::test
