package io.sonia.kernel;

import java.nio.file.Path;

/** Where things are below SONIA_HOME. */
public record Home(Path root) {

    public Home {
        root = root.toAbsolutePath().normalize();
    }

    public Path configFile() {
        return root.resolve("config/sonia-config.json");
    }

    public Path policies() {
        return root.resolve("config/policies");
    }

    public Path data() {
        return root.resolve("data");
    }

    /** The database of one service; the memory engine's folder has its historic name. */
    public Path database(ServiceName service) {
        String folder = service == ServiceName.MEMORY_ENGINE ? "memory" : service.wireName();
        return data().resolve(folder).resolve("sonia.db");
    }

    public Path sessions() {
        return data().resolve("sessions");
    }

    public Path workspace() {
        return root.resolve("workspace");
    }

    public Path log(ServiceName service) {
        return root.resolve("logs/services").resolve(service.wireName() + ".log");
    }

    /** The log of the service's first process, its second and so on. */
    public Path log(ServiceName service, int instance) {
        Path first = log(service);
        return instance == 1 ? first : first.resolveSibling(service.wireName() + "-" + instance + ".log");
    }

    public Path pidFile(ServiceName service) {
        return root.resolve("state/pids").resolve(service.wireName() + ".pid");
    }

    /** A record for each command that a tool runs now. */
    public Path runningCommands() {
        return root.resolve("state/commands");
    }

    /** Bundles about incidents that the api-gateway has made. */
    public Path incidents() {
        return root.resolve("artifacts/incidents");
    }

    /** Backups, each in a folder of its own. */
    public Path backups() {
        return root.resolve("backups");
    }

    /** That the stores were put back from a backup, until EVA-OS has taken note of it. */
    public Path restored() {
        return root.resolve("state/restored.json");
    }

    public Path secrets() {
        return root.resolve("secrets");
    }

    public Path rootKey() {
        return secrets().resolve("root.key");
    }

    /** EVA-OS's Ed25519 private key, sealed with the root key. */
    public Path signingKey() {
        return secrets().resolve("eva-os.key");
    }

    /** EVA-OS's pinned public key. */
    public Path publicKey() {
        return secrets().resolve("eva-os.pub");
    }

    /** The private key with which EVA-OS signs checkpoints and bundles, sealed with the root key. */
    public Path notaryKey() {
        return secrets().resolve("notary.key");
    }

    /** The public keys to that, as an outsider takes them to check checkpoints, exports and bundles. */
    public Path notaryPublicKeys() {
        return secrets().resolve("notary.pub");
    }

    /** The last signed checkpoint of each chain, outside of the databases that hold the chains. */
    public Path auditHeads() {
        return root.resolve("state/audit-heads");
    }

    /** The last head of a chain that a witness has signed, with its signature. */
    public Path witnessed(ServiceName chain) {
        return root.resolve("state/witnessed/" + chain.wireName());
    }

    /** The key with which an auditor reads the console's audit. */
    public Path auditKey() {
        return secrets().resolve("audit.key");
    }

    public Path verifiers() {
        return secrets().resolve("verifiers.json");
    }

    /** The password of a shared Redis; there need not be one. */
    public Path redisPassword() {
        return secrets().resolve("redis.password");
    }

    /** The password of the journals' PostgreSQL database; there need not be one. */
    public Path postgresPassword() {
        return secrets().resolve("postgres.password");
    }

    public Path token(ServiceName service) {
        return secrets().resolve("tokens").resolve(service.wireName() + ".token");
    }

    /** The key of the person who installed this home; the command line uses it. */
    public Path operatorToken() {
        return secrets().resolve("tokens/operator.token");
    }

    /** What alerts to a channel are signed with, or its bearer token; there need not be one. */
    public Path channelKey(String channel) {
        return secrets().resolve("channels").resolve(channel + ".key");
    }

    public Path providerKey(String provider) {
        return secrets().resolve("providers").resolve(provider + ".key");
    }
}
