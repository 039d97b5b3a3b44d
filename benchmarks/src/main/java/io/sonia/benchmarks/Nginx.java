package io.sonia.benchmarks;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** One nginx worker serving one small file, as the yardstick for a request rate. */
final class Nginx implements AutoCloseable {

    private final Process process;
    private final int port;

    private Nginx(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    static Nginx start(Path folder) throws IOException, InterruptedException {
        Files.createDirectories(folder.resolve("www"));
        Files.createDirectories(folder.resolve("logs"));
        Files.writeString(folder.resolve("www/health.json"), "{\"ok\":true,\"padding\":\"" + "x".repeat(250) + "\"}");
        int port;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        Path config = folder.resolve("nginx.conf");
        Files.writeString(config, """
                daemon off;
                worker_processes 1;
                pid %1$s/nginx.pid;
                error_log %1$s/logs/error.log;
                events { worker_connections 1024; }
                http {
                  access_log off;
                  keepalive_requests 100000000;
                  types { application/json json; }
                  server { listen 127.0.0.1:%2$d; root %1$s/www; }
                }
                """.formatted(folder, port));
        Process process = new ProcessBuilder(
                        Bench.which("nginx").orElseThrow().toString(), "-c", config.toString(), "-p", folder.toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("logs/out.log").toFile())
                .start();
        Nginx nginx = new Nginx(process, port);
        for (int i = 0; i < 100 && !nginx.listening(); i++) {
            Thread.sleep(50);
        }
        return nginx;
    }

    int port() {
        return port;
    }

    private boolean listening() {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException notYet) {
            return false;
        }
    }

    @Override
    public void close() {
        process.destroy();
        try {
            process.waitFor(5, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
