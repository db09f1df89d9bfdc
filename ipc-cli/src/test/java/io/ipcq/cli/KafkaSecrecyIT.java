// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import static io.ipcq.Patience.await;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.ipcq.brokers.Brokers;
import io.ipcq.pool.ProcessPool;
import io.ipcq.process.ChildProcess;
import io.ipcq.process.ChildProcessBuilder;
import io.ipcq.queue.Delivery;
import io.ipcq.queue.DurableQueue;
import java.io.IOException;
import java.io.ObjectStreamException;
import java.io.PrintWriter;
import java.io.Serializable;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * A queue of brokers that want TLS and a password is passed to a child and to a pool: the passwords of its file of
 * properties are in nothing that others can read of these processes, and in nothing that they say.
 */
@EnabledOnOs(OS.LINUX)
@Tag("once")
class KafkaSecrecyIT {

    private static final String PASSWORD = "hunter2-of-the-shop";
    private static final String WRONG = "hunter3-of-the-shop";
    private static final String STORE = "hunter4-of-the-store";
    private static final String KEYS = "keys.p12";
    private static final List<String> SECRETS = List.of(PASSWORD, WRONG, STORE);

    @TempDir
    Path directory;

    /** In the child: takes two elements, and is there to be looked at between them. */
    static void take(DurableQueue<String> queue) throws Exception {
        assertThat(queue.get()).isEqualTo("begin");
        assertThat(queue.get()).isEqualTo("end");
    }

    /** The same, as soon as the gate is open. */
    static void takeBehind(Gate gate, DurableQueue<String> queue) throws Exception {
        take(queue);
    }

    /** Who reads it from a stream says so, by a file, and goes on when there is another one. */
    private record Gate(String here, String go) implements Serializable {

        static Gate in(Path directory) {
            return new Gate(
                    directory.resolve("here").toString(),
                    directory.resolve("go").toString());
        }

        private Object readResolve() throws ObjectStreamException {
            try {
                Files.createFile(Path.of(here));
                while (!Files.exists(Path.of(go))) {
                    Thread.sleep(10);
                }
            } catch (IOException | InterruptedException e) {
                throw new IllegalStateException(e);
            }
            return this;
        }
    }

    /** In the pool: all that a queue says of itself, when it works and when it does not. */
    static String describe(DurableQueue<String> queue) throws Exception {
        StringWriter said = new StringWriter();
        PrintWriter out = new PrintWriter(said);
        queue.put("a");
        Delivery<String> delivery = queue.receive();
        out.println(List.of(queue, delivery, queue.options(), queue.stats()));
        assertThat(delivery.ack()).isTrue();
        catchThrowable(() -> queue.put("x".repeat(2_000_000))).printStackTrace(out);
        catchThrowable(queue::directory).printStackTrace(out);
        queue.close();
        catchThrowable(() -> queue.put("b")).printStackTrace(out);
        out.println(queue);
        return said.toString();
    }

    @Test
    @Timeout(1_200)
    void shouldKeepPasswordsOutOfWhatOthersCanRead() throws Exception {
        Path keys = makeKeys();
        try (Brokers broker = KafkaBroker.start(guarded(keys))) {
            URI address = URI.create(broker.queue("orders") + "?config=" + config(PASSWORD, STORE));
            try (DurableQueue<String> queue = DurableQueue.openOrCreate(address, String.class);
                    ProcessPool pool = ProcessPool.create(1)) {
                passToChild(queue);
                String said = pool.apply(KafkaSecrecyIT::describe, queue);
                assertThat(said).contains("ElementTooLargeException", "QueueClosedException");
                requireNoSecret("what a task says", said);
                requireNoSecretOf(pool.pids());
                requireNoSecret("toString", queue + " " + pool + " " + address);
                refuse(queue, pool, config(WRONG, STORE), "do not take who this is");
                refuse(queue, pool, config(PASSWORD, WRONG), "does not take the properties");
                requireNoSecretOf(pool.pids());
                config(PASSWORD, STORE);
            }
        }
    }

    private static void passToChild(DurableQueue<String> queue) throws Exception {
        try (ChildProcess child = new ChildProcess(KafkaSecrecyIT::take, queue)) {
            child.start();
            queue.put("begin");
            await().until(() -> queue.empty() || !child.isAlive());
            requireNoSecretOf(List.of(child.pid()));
            requireNoSecret("toString", child.toString());
            queue.put("end");
            child.joinOrThrow();
        }
    }

    /** Where the handle arrives it cannot be opened; the failure says why, and no more. */
    private static void refuse(DurableQueue<String> queue, ProcessPool pool, Path config, String why) throws Exception {
        assertThat(config).exists();
        String task = trace(catchThrowable(() -> pool.apply(KafkaSecrecyIT::describe, queue)));
        assertThat(task).contains(why);
        requireNoSecret("the failure of a task", task);
        Gate gate = Gate.in(Files.createTempDirectory(config.getParent(), "gate"));
        // arguments are read in their order: the gate, and then the queue, which cannot be opened
        try (ChildProcess child = new ChildProcess(KafkaSecrecyIT::takeBehind, gate, queue)) {
            child.start();
            await().until(() -> Files.exists(Path.of(gate.here)) || !child.isAlive());
            assertThat(Path.of(gate.here)).as("%s", child).exists();
            requireNoSecretOf(List.of(child.pid()));
            Files.createFile(Path.of(gate.go));
            String failure = trace(catchThrowable(child::joinOrThrow)) + child.lastErrorLines() + child;
            assertThat(failure).contains(why);
            requireNoSecret("the failure of a child", failure);
        }
    }

    /** Without this nobody would know whether the look finds anything. */
    @Test
    void shouldNoticePasswordThatIsThere() throws Exception {
        byte[] handle = ("a handle with " + PASSWORD + " in it").getBytes(ISO_8859_1);
        String encoded = Base64.getEncoder().encodeToString(handle);
        for (ChildProcessBuilder leaking : List.of(
                ChildProcess.builder(Thread::sleep, Long.MAX_VALUE)
                        .jvmOptions("-XX:ErrorFile=" + directory.resolve(PASSWORD)),
                ChildProcess.builder(Thread::sleep, Long.MAX_VALUE).environment(Map.of("HANDLE", encoded)))) {
            try (ChildProcess child = leaking.start()) {
                await().until(child::hasBegun);
                assertThatThrownBy(() -> requireNoSecretOf(List.of(child.pid())))
                        .isInstanceOf(AssertionError.class)
                        .hasMessageContaining("has a secret");
            }
        }
    }

    // ---- looking ----------------------------------------------------------------------------------------------------

    private static void requireNoSecretOf(Iterable<Long> pids) throws IOException {
        assertThat(pids).isNotEmpty();
        for (long pid : pids) {
            for (String file : List.of("cmdline", "environ")) {
                Path path = Path.of("/proc", Long.toString(pid), file);
                String content = Files.readString(path, ISO_8859_1);
                assertThat(content).as("%s", path).isNotEmpty();
                requireNoSecret(path.toString(), content);
            }
        }
    }

    private static void requireNoSecret(String where, String text) {
        for (String secret : SECRETS) {
            for (String form : forms(secret)) {
                assertThat(text.contains(form))
                        .as("%s has a secret as %s", where, form)
                        .isFalse();
            }
        }
    }

    /** As it is, and encoded, alone or amid something else. */
    private static List<String> forms(String secret) {
        List<String> forms = new ArrayList<>();
        forms.add(secret);
        forms.add(HexFormat.of().formatHex(secret.getBytes(ISO_8859_1)));
        for (int before = 0; before < 3; before++) {
            byte[] amid = (" ".repeat(before) + secret).getBytes(ISO_8859_1);
            String encoded = Base64.getEncoder().withoutPadding().encodeToString(amid);
            forms.add(encoded.substring(before == 0 ? 0 : 4, encoded.length() - 4));
        }
        return forms;
    }

    private static String trace(Throwable failure) {
        assertThat(failure).isNotNull();
        StringWriter all = new StringWriter();
        failure.printStackTrace(new PrintWriter(all));
        return all.toString();
    }

    // ---- what guards the broker -------------------------------------------------------------------------------------

    private Map<String, String> guarded(Path keys) {
        Map<String, String> settings = new HashMap<>();
        settings.put("listeners", "SASL_SSL://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}");
        settings.put("listener.security.protocol.map", "SASL_SSL:SASL_SSL,CONTROLLER:PLAINTEXT");
        settings.put("inter.broker.listener.name", "SASL_SSL");
        settings.put("sasl.mechanism.inter.broker.protocol", "PLAIN");
        settings.put("sasl.enabled.mechanisms", "PLAIN");
        settings.put(
                "listener.name.sasl_ssl.plain.sasl.jaas.config",
                login("admin", PASSWORD) + " user_admin=\"" + PASSWORD + "\" user_shop=\"" + PASSWORD + "\";");
        settings.put("ssl.keystore.type", "PKCS12");
        settings.put("ssl.keystore.location", keys.toString());
        settings.put("ssl.keystore.password", STORE);
        settings.put("ssl.truststore.type", "PKCS12");
        settings.put("ssl.truststore.location", keys.toString());
        settings.put("ssl.truststore.password", STORE);
        return settings;
    }

    private static String login(String user, String password) {
        return "org.apache.kafka.common.security.plain.PlainLoginModule required username=\"" + user + "\" password=\""
                + password + "\"";
    }

    /** The same file each time: the address of the queue names it. */
    private Path config(String password, String store) throws IOException {
        return Files.write(
                directory.resolve("client.properties"),
                List.of(
                        "security.protocol=SASL_SSL",
                        "sasl.mechanism=PLAIN",
                        "sasl.jaas.config=" + login("shop", password) + ";",
                        "ssl.truststore.type=PKCS12",
                        "ssl.truststore.location=" + directory.resolve(KEYS),
                        "ssl.truststore.password=" + store));
    }

    /** A key of the broker, and its certificate, which clients trust. */
    private Path makeKeys() throws Exception {
        Path keys = directory.resolve(KEYS);
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(), "-keystore", keys.toString()));
        command.addAll(
                List.of("-genkeypair -keyalg EC -dname CN=broker -ext san=ip:127.0.0.1 -storetype PKCS12".split(" ")));
        command.addAll(List.of("-storepass", STORE));
        Process keytool = new ProcessBuilder(command).inheritIO().start();
        assertThat(keytool.waitFor()).isZero();
        return keys;
    }
}
