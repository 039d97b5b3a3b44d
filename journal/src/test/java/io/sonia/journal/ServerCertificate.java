package io.sonia.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyStore;
import java.util.Base64;
import java.util.concurrent.atomic.AtomicInteger;

/** A key and a certificate for it, signed by itself, as a database server takes them. */
final class ServerCertificate {

    private static final String STORE_PASSWORD = "changeit";
    private static final AtomicInteger MADE = new AtomicInteger();

    private final Path file;
    private final String key;

    private ServerCertificate(Path file, String key) {
        this.file = file;
        this.key = key;
    }

    /** A new one for the host, in a file of the folder. */
    static ServerCertificate of(String host, Path folder) throws Exception {
        String name = "server" + MADE.incrementAndGet();
        Path keys = folder.resolve(name + ".p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin/keytool").toString(),
                        "-genkeypair",
                        "-alias",
                        "server",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=server",
                        "-ext",
                        "SAN=" + host,
                        "-storetype",
                        "PKCS12",
                        "-storepass",
                        STORE_PASSWORD,
                        "-keystore",
                        keys.toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(keytool.waitFor()).as(said).isZero();
        KeyStore store = KeyStore.getInstance(keys.toFile(), STORE_PASSWORD.toCharArray());
        Path file = folder.resolve(name + ".pem");
        Files.writeString(
                file, pem("CERTIFICATE", store.getCertificate("server").getEncoded()));
        return new ServerCertificate(
                file,
                pem(
                        "PRIVATE KEY",
                        store.getKey("server", STORE_PASSWORD.toCharArray()).getEncoded()));
    }

    /** Where the certificate is, for those who have to trust it. */
    Path file() {
        return file;
    }

    /** Puts both where the server looks for them. */
    void install(Path data) throws IOException {
        Files.copy(file, data.resolve("server.crt"));
        Path keyFile = Files.writeString(data.resolve("server.key"), key);
        Files.setPosixFilePermissions(keyFile, PosixFilePermissions.fromString("rw-------"));
    }

    private static String pem(String kind, byte[] content) {
        return "-----BEGIN " + kind + "-----\n"
                + Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII))
                        .encodeToString(content)
                + "\n-----END " + kind + "-----\n";
    }
}
