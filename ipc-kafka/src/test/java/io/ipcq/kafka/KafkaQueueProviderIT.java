// SPDX-License-Identifier: Apache-2.0
package io.ipcq.kafka;

import static io.ipcq.Patience.LIMIT;
import static io.ipcq.Patience.await;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.ipcq.brokers.Brokers;
import io.ipcq.queue.DeadLetter;
import io.ipcq.queue.Delivery;
import io.ipcq.queue.DurableQueue;
import io.ipcq.queue.DurableQueueBuilder;
import io.ipcq.queue.DurableQueueOptions;
import io.ipcq.queue.ElementTooLargeException;
import io.ipcq.queue.QueueAddress;
import io.ipcq.queue.QueueClosedException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.PolicyViolationException;
import org.apache.kafka.server.policy.CreateTopicPolicy;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a cluster is asked for, what is refused, and what is said then. */
class KafkaQueueProviderIT {

    private static final String SECRET = "hunter2";

    @TempDir
    Path directory;

    private final String name = UUID.randomUUID().toString();

    private URI queue(String parameters) throws IOException {
        return URI.create(Broker.queue(name) + parameters);
    }

    private Path config(String... lines) throws IOException {
        return Files.write(directory.resolve("client.properties"), List.of(lines));
    }

    @Test
    void shouldOpenOnlyWhatIsThereAndKeepItsOptions() throws Exception {
        assertThatThrownBy(() -> DurableQueue.open(queue(""), String.class))
                .isInstanceOf(NoSuchFileException.class)
                .hasMessageContaining(name);
        Duration delay = Duration.ofMillis(7);
        try (DurableQueue<String> queue = DurableQueue.builder(String.class)
                        .maxAttempts(3)
                        .redeliveryDelay(delay)
                        .openOrCreate(queue("?replicas=1"));
                DurableQueue<String> same = DurableQueue.open(queue(""), String.class)) {
            assertThat(same.options()).isEqualTo(queue.options());
            assertThat(same.options().maxAttempts()).isEqualTo(3);
            assertThat(same.options().redeliveryDelay()).isEqualTo(delay);
            assertThatThrownBy(() ->
                            DurableQueue.builder(String.class).maxAttempts(4).open(queue("")))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("another maxAttempts");
            DurableQueueOptions altered =
                    same.alter(options -> options.withMaxAttempts(2).withLeaseTimeout(Duration.ofSeconds(9)));
            assertThat(altered.maxAttempts()).isEqualTo(2);
            assertThat(same.options()).isEqualTo(altered);
            assertThatThrownBy(() -> same.alter(options -> options.withMaxAttempts(11)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("from 2 to 10");
            assertThatThrownBy(() -> same.alter(options -> options.withMaxSize(1)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("can be altered");
            queue.put("a");
            assertThat(queue.receive().nack(Duration.ZERO)).isTrue();
            assertThat(queue.receive().nack()).as("the last attempt").isTrue();
            assertThat(queue.join(LIMIT)).isTrue();
            queue.delete();
        }
    }

    @Test
    void shouldRefuseWhatKafkaDoesNotPromise() throws Exception {
        List<UnaryOperator<DurableQueueBuilder<String>>> options = List.of(
                builder -> builder.maxSize(1),
                builder -> builder.segmentBytes(1 << 20),
                builder -> builder.maxLeases(1),
                builder -> builder.retainedSegments(1),
                builder -> builder.sync(true),
                builder -> builder.maxAttempts(1),
                builder -> builder.maxAttempts(11));
        for (UnaryOperator<DurableQueueBuilder<String>> option : options) {
            assertThatThrownBy(() ->
                            option.apply(DurableQueue.builder(String.class)).openOrCreate(queue("")))
                    .isInstanceOf(IllegalArgumentException.class);
        }
        assertThatThrownBy(() -> DurableQueue.open(queue(""), String.class)).isInstanceOf(NoSuchFileException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "kafka:/orders",
                "kafka://h:1/a%20b",
                "kafka://h:1/dlq.a",
                "kafka://h:1/a.ipcq",
                "kafka://h:1/a?x=1"
            })
    void shouldRefuseAddress(String address) {
        assertThatThrownBy(() -> DurableQueue.open(URI.create(address), String.class))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("kafka:");
    }

    @Test
    void shouldSayThatNobodyAnswers() throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        Path config = config("default.api.timeout.ms=1500", "request.timeout.ms=1000");
        URI nobody = URI.create("kafka://127.0.0.1:" + port + "/orders?config=" + config);
        assertThatThrownBy(() -> DurableQueue.openOrCreate(nobody, String.class))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("kafka://127.0.0.1:" + port + "/orders")
                .hasMessageContaining("no broker answered");
    }

    /** The brokers of the tests want no SASL, and hang up. */
    @Test
    void shouldSayThatBrokersWantAnotherProtocol() throws Exception {
        Path config = config(
                "default.api.timeout.ms=60000",
                "request.timeout.ms=30000",
                "security.protocol=SASL_PLAINTEXT",
                "sasl.mechanism=PLAIN",
                "sasl.jaas.config=" + login("a", SECRET) + ";");
        assertThatThrownBy(() -> DurableQueue.open(queue("?config=" + config), String.class))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("do not take who this is")
                .satisfies(KafkaQueueProviderIT::tellsNoSecret);
    }

    private static void tellsNoSecret(Throwable failure) {
        StringWriter all = new StringWriter();
        failure.printStackTrace(new PrintWriter(all));
        assertThat(all.toString()).doesNotContain(SECRET);
    }

    @Test
    void shouldRefuseQueueOfAnotherVersionAndLeaveIt() throws Exception {
        Clients clients = new Clients(QueueAddress.of(queue("")));
        try (Admin admin = clients.admin();
                KafkaProducer<byte[], byte[]> producer = clients.producer(100, Integer.MAX_VALUE)) {
            NewTopic ledger = new NewTopic(name + ".ipcq", 1, (short) 1);
            Uuid id = admin.createTopics(List.of(ledger)).topicId(ledger.name()).get();
            byte[] key = ("queue." + id).getBytes(UTF_8);
            producer.send(new ProducerRecord<>(ledger.name(), key, "2\nutf8".getBytes(UTF_8)))
                    .get();
            assertThatThrownBy(() -> DurableQueue.openOrCreate(queue(""), String.class))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("version=2, known=1");
            assertThat(admin.listTopics().names().get())
                    .contains(ledger.name())
                    .noneMatch(topic -> topic.startsWith(name + ".") && !topic.equals(ledger.name()));
        }
    }

    @Test
    void shouldLeaveNothingBehindWhenDeleted() throws Exception {
        DurableQueue<String> queue =
                DurableQueue.builder(String.class).maxAttempts(2).openOrCreate(queue(""));
        try (DurableQueue<DeadLetter> letters = bury(queue, "a")) {
            assertThat(letters.qsize()).isZero();
        }
        queue.delete();
        try (Admin admin = new Clients(QueueAddress.of(queue(""))).admin()) {
            // brokers tell what is gone a little after that
            await().untilAsserted(() ->
                    assertThat(admin.listTopics().names().get()).noneMatch(topic -> topic.contains(name)));
            // a group that somebody is leaving stays, and is nothing without its topic
            await().untilAsserted(() -> assertThat(admin.listGroups().all().get())
                    .filteredOn(group -> group.groupId().contains(name))
                    .allMatch(group -> group.groupState().equals(Optional.of(GroupState.EMPTY))));
        }
    }

    /** Gives an element up, and takes it from the dead letters, which come back. */
    private static DurableQueue<DeadLetter> bury(DurableQueue<String> queue, String element) throws Exception {
        queue.put(element);
        assertThat(queue.receive().nack(Duration.ZERO)).isTrue();
        assertThat(queue.receive().nack()).isTrue();
        DurableQueue<DeadLetter> letters = queue.deadLetters();
        assertThat(letters.get(LIMIT).bytes()).isEqualTo(element.getBytes(UTF_8));
        return letters;
    }

    /** Until the broker looks for the new topic: in the profile. */
    @Test
    @EnabledIfSystemProperty(named = "ipcq.kafka.rows", matches = "true")
    void shouldKeepDeadLettersThatComeAfterOthersWereDeleted() throws Exception {
        try (DurableQueue<String> queue =
                DurableQueue.builder(String.class).maxAttempts(2).openOrCreate(queue(""))) {
            for (String element : List.of("a", "b")) {
                bury(queue, element).delete();
            }
        }
    }

    @Test
    void shouldMakeAnewWhatItsDeleterLeftHalfDeleted() throws Exception {
        DurableQueue.openOrCreate(queue(""), String.class).close();
        KafkaCore dying = KafkaCore.open(QueueAddress.of(queue("")), name, null, null);
        dying.write(Ledger.DELETED);
        dying.close();
        assertThatThrownBy(() -> DurableQueue.open(queue(""), String.class))
                .isInstanceOf(NoSuchFileException.class)
                .hasMessageContaining("being deleted");
        try (DurableQueue<byte[]> anew = DurableQueue.openOrCreate(queue(""), byte[].class)) {
            anew.put(new byte[1]);
            assertThat(anew.get()).hasSize(1);
            anew.delete();
        }
    }

    /** Another broker: in the profile. */
    @Test
    @EnabledIfSystemProperty(named = "ipcq.kafka.rows", matches = "true")
    void shouldRefuseBrokersWithoutDeadLetters() throws Exception {
        for (String version : List.of("0", "1")) {
            try (Brokers older = Broker.start(Map.of("feature:share.version", version))) {
                assertThatThrownBy(() -> DurableQueue.openOrCreate(older.queue(name), String.class))
                        .isInstanceOf(IOException.class)
                        .hasMessageContaining("share.version=" + version)
                        .hasMessageContaining("4.4 or newer");
            }
        }
    }

    /** Takes topics only that say how many copies have to be in step. */
    public static final class Strict implements CreateTopicPolicy {

        @Override
        public void validate(RequestMetadata topic) {
            boolean isKafkasOwn = topic.topic().startsWith("__");
            if (!isKafkasOwn && !topic.configs().containsKey("min.insync.replicas")) {
                throw new PolicyViolationException("min.insync.replicas is not set");
            }
        }

        @Override
        public void configure(Map<String, ?> configs) {
            // nothing to configure
        }

        @Override
        public void close() {
            // nothing is open
        }
    }

    /** Another broker: in the profile. */
    @Test
    @EnabledIfSystemProperty(named = "ipcq.kafka.rows", matches = "true")
    void shouldSayThatQueueIsDeletedWhereBrokersHavePolicyForTopics() throws Exception {
        try (Brokers broker = Broker.start(Map.of("create.topic.policy.class.name", Strict.class.getName()));
                DurableQueue<String> queue = DurableQueue.openOrCreate(broker.queue(name), String.class)) {
            KafkaCore deleter = KafkaCore.open(QueueAddress.of(broker.queue(name)), name, null, null);
            try {
                assertThat(deleter.topics().isLedgerMade()).as("is objected to").isTrue();
                deleter.topics().delete(); // as somebody does who does not write that to the ledger
                await().until(() -> !deleter.topics().isThere());
                assertThat(deleter.topics().isGone()).isTrue();
                await().until(queue::isClosed);
            } finally {
                deleter.close();
            }
        }
    }

    /** Another broker: in the profile. */
    @Test
    @EnabledIfSystemProperty(named = "ipcq.kafka.rows", matches = "true")
    void shouldSayWhoMayNotDoWhat() throws Exception {
        Map<String, String> guarded = Map.of(
                "listeners", "SASL_PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}",
                "listener.security.protocol.map", "SASL_PLAINTEXT:SASL_PLAINTEXT,CONTROLLER:PLAINTEXT",
                "inter.broker.listener.name", "SASL_PLAINTEXT",
                "sasl.mechanism.inter.broker.protocol", "PLAIN",
                "sasl.enabled.mechanisms", "PLAIN",
                "listener.name.sasl_plaintext.plain.sasl.jaas.config",
                        login("admin", SECRET) + " user_admin=\"" + SECRET + "\" user_shop=\"" + SECRET + "\";",
                "authorizer.class.name", "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
                "super.users", "User:admin;User:ANONYMOUS");
        try (Brokers broker = Broker.start(guarded)) {
            String address = broker.queue(name) + "?config=" + directory.resolve("client.properties");
            writeLogin("admin", "wrong");
            assertThatThrownBy(() -> DurableQueue.openOrCreate(URI.create(address), String.class))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("do not take who this is");
            writeLogin("shop", SECRET);
            assertThatThrownBy(() -> DurableQueue.openOrCreate(URI.create(address), String.class))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("this user may not do that")
                    .satisfies(KafkaQueueProviderIT::tellsNoSecret);
            writeLogin("admin", SECRET);
            try (DurableQueue<String> queue = DurableQueue.openOrCreate(URI.create(address), String.class)) {
                queue.put("a");
                assertThat(queue.get()).isEqualTo("a");
                assertThat(queue.toString()).doesNotContain(SECRET);
            }
        }
    }

    /** Another broker: in the profile. */
    @Test
    @EnabledIfSystemProperty(named = "ipcq.kafka.rows", matches = "true")
    void shouldSpeakTls() throws Exception {
        Path keys = directory.resolve("broker.p12");
        Path certificate = directory.resolve("broker.pem");
        keytool("-genkeypair -keyalg RSA -dname CN=broker -ext san=ip:127.0.0.1 -storetype PKCS12 -keystore " + keys);
        keytool("-exportcert -rfc -file " + certificate + " -keystore " + keys);
        Map<String, String> guarded = Map.of(
                "listeners", "SSL://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}",
                "listener.security.protocol.map", "SSL:SSL,CONTROLLER:PLAINTEXT",
                "inter.broker.listener.name", "SSL",
                "ssl.keystore.type", "PKCS12",
                "ssl.keystore.location", keys.toString(),
                "ssl.keystore.password", SECRET,
                "ssl.truststore.type", "PEM",
                "ssl.truststore.location", certificate.toString());
        String trust = "ssl.truststore.type=PEM\nssl.truststore.location=" + certificate;
        try (Brokers broker = Broker.start(guarded)) {
            URI address = URI.create(broker.queue(name) + "?config=" + directory.resolve("client.properties"));
            config("default.api.timeout.ms=4000", "request.timeout.ms=2000");
            assertThatThrownBy(() -> DurableQueue.openOrCreate(address, String.class))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("whether they want TLS");
            config("security.protocol=SSL", "ssl.keystore.location=" + keys, "ssl.keystore.password=not" + SECRET);
            assertThatThrownBy(() -> DurableQueue.openOrCreate(address, String.class))
                    .isInstanceOf(IOException.class)
                    .satisfies(KafkaQueueProviderIT::tellsNoSecret);
            config("security.protocol=SSL", trust);
            try (DurableQueue<String> queue = DurableQueue.openOrCreate(address, String.class)) {
                queue.put("a");
                assertThat(queue.get()).isEqualTo("a");
            }
        }
    }

    private static void keytool(String arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(), "-storepass", SECRET));
        command.addAll(List.of(arguments.split(" ")));
        Process keytool = new ProcessBuilder(command).inheritIO().start();
        assertThat(keytool.waitFor()).isZero();
    }

    private static String login(String user, String password) {
        return "org.apache.kafka.common.security.plain.PlainLoginModule required username=\"" + user + "\" password=\""
                + password + "\"";
    }

    private void writeLogin(String user, String password) throws IOException {
        config(
                "default.api.timeout.ms=60000",
                "request.timeout.ms=30000",
                "security.protocol=SASL_PLAINTEXT",
                "sasl.mechanism=PLAIN",
                "sasl.jaas.config=" + login(user, password) + ";");
    }

    @Test
    void shouldRefusePropertiesThatQueueDecidesOn() throws Exception {
        Path config = config("acks=0", "group.id=mine");
        assertThatThrownBy(() -> DurableQueue.open(queue("?config=" + config), String.class))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("[acks, group.id]");
    }

    /** Kafka's own message has the value in it. */
    @ParameterizedTest
    @ValueSource(
            strings = {"security.protocol=" + SECRET, "sasl.jaas.config=" + SECRET, "request.timeout.ms=" + SECRET})
    void shouldTellNoSecretOfProperties(String line) throws Exception {
        Path config = config("security.protocol=SASL_PLAINTEXT", "sasl.mechanism=PLAIN", line);
        assertThatThrownBy(() -> DurableQueue.open(queue("?config=" + config), String.class))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("does not take the properties")
                .satisfies(KafkaQueueProviderIT::tellsNoSecret);
    }

    @Test
    void shouldNameBothSizesOfElementThatBrokersRefuse() throws Exception {
        try (DurableQueue<byte[]> queue = DurableQueue.openOrCreate(queue(""), byte[].class);
                Admin admin = new Clients(QueueAddress.of(queue(""))).admin()) {
            String topic = elementsOf(admin);
            ConfigEntry less = new ConfigEntry("max.message.bytes", "20000");
            admin.incrementalAlterConfigs(Map.of(
                            new ConfigResource(ConfigResource.Type.TOPIC, topic),
                            List.of(new AlterConfigOp(less, AlterConfigOp.OpType.SET))))
                    .all()
                    .get();
            assertThatThrownBy(() -> queue.put(new byte[30_000]))
                    .isInstanceOf(ElementTooLargeException.class)
                    .hasMessageContaining("elementBytes=30000")
                    .hasMessageContaining("max.message.bytes=20000")
                    .hasMessageContaining(topic);
            queue.put(new byte[1]);
            assertThat(queue.get()).hasSize(1);
        }
    }

    private String elementsOf(Admin admin) throws Exception {
        // brokers tell what they have a little after it is made
        return await().until(
                        () -> admin.listTopics().names().get().stream()
                                .filter(topic -> topic.startsWith(name + ".") && !topic.endsWith(".ipcq"))
                                .toList(),
                        found -> found.size() == 1)
                .get(0);
    }

    /** Until a handle finds out: in the profile. */
    @ParameterizedTest
    @ValueSource(strings = {"elements", "ledger", "both"})
    @EnabledIfSystemProperty(named = "ipcq.kafka.rows", matches = "true")
    void shouldTellEachCallThatAdministratorDeletedTopics(String which) throws Exception {
        Path config = config(
                "request.timeout.ms=5000",
                "default.api.timeout.ms=10000",
                "delivery.timeout.ms=10000",
                "max.block.ms=10000");
        URI address = queue("?config=" + config);
        try (DurableQueue<String> queue = DurableQueue.openOrCreate(address, String.class);
                Admin admin = new Clients(QueueAddress.of(address)).admin()) {
            queue.putAll(List.of("a", "b"));
            Delivery<String> a = queue.receive();
            CompletableFuture<Throwable> waiting = new CompletableFuture<>();
            Thread waiter = new Thread(() -> waiting.complete(catchThrowable(() -> {
                while (true) {
                    queue.receive().release();
                }
            })));
            waiter.start();
            String elements = elementsOf(admin);
            List<String> gone = switch (which) {
                case "elements" -> List.of(elements);
                case "ledger" -> List.of(name + ".ipcq");
                default -> List.of(elements, name + ".ipcq");
            };
            admin.deleteTopics(gone).all().get();
            await().until(queue::isClosed);
            assertThat(waiting.get(LIMIT.toSeconds(), TimeUnit.SECONDS)).isInstanceOf(QueueClosedException.class);
            List<ThrowingCallable> calls = List.of(
                    () -> queue.put("c"),
                    () -> queue.offer("c"),
                    () -> queue.putAll(List.of("c", "d")),
                    queue::receive,
                    queue::getNow,
                    () -> queue.drainTo(new ArrayList<>()),
                    queue::qsize,
                    queue::peek,
                    queue::stats,
                    queue::join,
                    queue::shutdown,
                    queue::deadLetters,
                    () -> queue.alter(options -> options.withMaxAttempts(7)),
                    queue::delete);
            for (ThrowingCallable call : calls) {
                assertThatThrownBy(call)
                        .isInstanceOf(QueueClosedException.class)
                        .hasMessageContaining("deleted");
            }
            Throwable late = catchThrowable(a::ack);
            assertThat(late == null || late instanceof QueueClosedException)
                    .as("%s", late)
                    .isTrue();
            if (which.equals("elements")) {
                assertThatThrownBy(() -> DurableQueue.openOrCreate(address, String.class))
                        .isInstanceOf(IOException.class)
                        .hasMessageContaining(elements);
            } else {
                DurableQueue.openOrCreate(address, String.class).delete();
            }
        }
    }

    /** Until the deleter has looked twice: in the profile. */
    @Test
    @EnabledIfSystemProperty(named = "ipcq.kafka.rows", matches = "true")
    void shouldTakeQueueForDeletedThatOthersRemovedBeforeItLooked() throws Exception {
        DurableQueue<String> late = DurableQueue.openOrCreate(queue(""), String.class);
        KafkaCore quick = KafkaCore.open(QueueAddress.of(queue("")), name, null, null);
        quick.topics().delete();
        quick.close();
        try (DurableQueue<String> anew = DurableQueue.openOrCreate(queue(""), String.class)) {
            late.delete();
            assertThat(late.isClosed()).isTrue();
            anew.put("a");
            assertThat(anew.get()).isEqualTo("a");
        }
    }

    /** As close to each other as threads can be: all of them delete it, and the next queue of that name is whole. */
    @Test
    void shouldDeleteAtOnceFromManyHandles() throws Exception {
        List<DurableQueue<String>> handles = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            handles.add(DurableQueue.openOrCreate(queue(""), String.class));
        }
        List<CompletableFuture<Throwable>> outcomes = new ArrayList<>();
        for (DurableQueue<String> handle : handles) {
            outcomes.add(CompletableFuture.supplyAsync(() -> catchThrowable(handle::delete)));
        }
        for (CompletableFuture<Throwable> outcome : outcomes) {
            Throwable failure = outcome.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
            assertThat(failure == null || failure instanceof QueueClosedException)
                    .as("%s", failure)
                    .isTrue();
        }
        assertThat(handles).allMatch(DurableQueue::isClosed);
        try (DurableQueue<String> anew = DurableQueue.openOrCreate(queue(""), String.class)) {
            anew.put("a");
            assertThat(anew.get()).isEqualTo("a");
        }
    }

    @Test
    void shouldSayWhichFileHasNoProperties() throws Exception {
        Path config = config("sasl.jaas.config=\\u" + SECRET);
        assertThatThrownBy(() -> DurableQueue.open(queue("?config=" + config), String.class))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("config=" + config)
                .satisfies(KafkaQueueProviderIT::tellsNoSecret);
    }
}
