// SPDX-License-Identifier: Apache-2.0
package io.ipcq.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ipcq.Patience;
import io.ipcq.kafka.KafkaFailures.KafkaAnswer;
import io.ipcq.queue.DurableQueue;
import io.ipcq.queue.QueueAddress;
import io.ipcq.queue.QueueClosedException;
import io.ipcq.queue.QueueStorageException;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.CreateTopicsResult;
import org.apache.kafka.clients.admin.DescribeTopicsResult;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.InvalidReplicationFactorException;
import org.apache.kafka.common.errors.PolicyViolationException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.UnknownTopicIdException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.internals.KafkaFutureImpl;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A broker that has not heard of a topic yet, or was cut off from the controller: what it does not know is not deleted.
 */
@Tag("once")
class BrokerBehindIT {

    private final String name = UUID.randomUUID().toString();
    private Behind clients;

    /** What the broker has not heard of. */
    private volatile Predicate<String> unheardOf = topic -> false;

    /** How many questions it does not know the answer to; then it has heard of all. */
    private volatile int questions = Integer.MAX_VALUE;

    /** What it takes for the id of a ledger; null for what that is. */
    private volatile Uuid toldId;

    /** What the controller objects to of topics that are not there; null if to nothing. */
    private volatile ApiException objection;

    /** Whether it objects to a user who asks whether a topic would be made. */
    private volatile boolean mayAsk = true;

    /** For how long somebody waits for a broker that has not heard of something. */
    private volatile Duration patience = Patience.LIMIT;

    /** Whether a moment is enough when all is open, and only brokers that have not heard of topics are waited for. */
    private volatile boolean hurriesAtLast;

    @BeforeEach
    void createQueue() throws IOException {
        DurableQueue.openOrCreate(Broker.queue(name), String.class).close();
        clients = new Behind(QueueAddress.of(Broker.queue(name)));
    }

    @AfterEach
    void deleteQueue() throws IOException {
        try (DurableQueue<String> queue = DurableQueue.openOrCreate(Broker.queue(name), String.class)) {
            queue.delete();
        }
    }

    /** Asks the broker of the tests, and does not tell all that it says of topics. */
    private final class Behind extends Clients {

        Behind(QueueAddress address) throws IOException {
            super(address);
        }

        @Override
        long patienceNanos() {
            return patience.toNanos();
        }

        @Override
        KafkaProducer<byte[], byte[]> producer(int maxElementBytes, int maxMessageBytes) throws IOException {
            KafkaProducer<byte[], byte[]> last = super.producer(maxElementBytes, maxMessageBytes);
            if (hurriesAtLast) {
                patience = Duration.ofMillis(50);
            }
            return last;
        }

        @Override
        Admin admin() throws IOException {
            Admin real = super.admin();
            return (Admin) Proxy.newProxyInstance(
                    Admin.class.getClassLoader(), new Class<?>[] {Admin.class}, (proxy, method, arguments) -> {
                        try {
                            return switch (method.getName()) {
                                case "describeTopics" -> described(real, (Collection<?>) arguments[0]);
                                case "createTopics" -> created((CreateTopicsResult) method.invoke(real, arguments));
                                default -> method.invoke(real, arguments);
                            };
                        } catch (InvocationTargetException e) {
                            throw e.getCause();
                        }
                    });
        }

        private Described described(Admin real, Collection<?> topics) {
            List<String> names = topics.stream().map(Object::toString).toList();
            boolean knowsAll = questions-- <= 0;
            Map<String, KafkaFuture<TopicDescription>> all =
                    real.describeTopics(names).topicNameValues();
            return new Described(names.stream()
                    .collect(Collectors.toMap(
                            topic -> topic,
                            topic -> knowsAll || !unheardOf.test(topic)
                                    ? known(topic, all)
                                    : failed(new UnknownTopicOrPartitionException(topic)))));
        }

        private KafkaFuture<TopicDescription> known(String topic, Map<String, KafkaFuture<TopicDescription>> all) {
            KafkaFuture<TopicDescription> known = all.get(topic);
            return toldId == null || !topic.endsWith(".ipcq")
                    ? known
                    : known.thenApply(one -> new TopicDescription(one.name(), false, one.partitions(), null, toldId));
        }

        /** It finds out who asks, then whether there is such a topic, and then all else. */
        private CreateTopicsResult created(CreateTopicsResult real) {
            if (!mayAsk) {
                return new Refused(real, new TopicAuthorizationException("no"));
            }
            return objection == null || isRefused(real) ? real : new Refused(real, objection);
        }
    }

    private static boolean isRefused(CreateTopicsResult answer) {
        try {
            KafkaFailures.answer(answer.all());
            return false;
        } catch (KafkaAnswer e) {
            return true;
        }
    }

    private static <T> KafkaFuture<T> failed(ApiException why) {
        KafkaFutureImpl<T> failed = new KafkaFutureImpl<>();
        failed.completeExceptionally(why);
        return failed;
    }

    private static final class Refused extends CreateTopicsResult {
        Refused(CreateTopicsResult instead, ApiException why) {
            super(instead.values().keySet().stream().collect(Collectors.toMap(topic -> topic, topic -> failed(why))));
        }
    }

    private static final class Described extends DescribeTopicsResult {
        Described(Map<String, KafkaFuture<TopicDescription>> topics) {
            super(null, topics);
        }
    }

    private KafkaCore open() throws IOException {
        return KafkaCore.open(clients, name, null, null);
    }

    private boolean isOfElements(String topic) {
        return topic.startsWith(name + ".") && !topic.endsWith(".ipcq");
    }

    @Test
    void shouldWaitForBrokerThatHasNotHeardOfElements() throws IOException {
        unheardOf = this::isOfElements;
        questions = 200; // more than two seconds
        open().close();
        assertThat(questions).isNegative();
    }

    @Test
    void shouldWaitForBrokerThatHasNotHeardOfQueue() throws IOException {
        unheardOf = topic -> true;
        questions = 5;
        open().close();
        assertThat(questions).isNegative();
    }

    @Test
    void shouldNotAdviseToRemoveWhatBrokerHasNotHeardOf() throws IOException {
        hurriesAtLast = true;
        unheardOf = this::isOfElements;
        assertThatThrownBy(this::open)
                .isInstanceOf(IOException.class)
                .hasMessageContaining("no broker tells of a topic of the queue")
                .hasMessageNotContaining("remove");
        unheardOf = topic -> true;
        assertThatThrownBy(this::open)
                .isInstanceOf(IOException.class)
                .isNotInstanceOf(NoSuchFileException.class)
                .hasMessageContaining("was made");
    }

    @Test
    void shouldStayOpenWhateverBrokerHasNotHeardOf() throws Exception {
        KafkaCore core = open();
        try {
            for (Predicate<String> each : List.<Predicate<String>>of(topic -> true, this::isOfElements)) {
                unheardOf = each;
                assertThat(core.topics().isGone()).isFalse();
                core.requireStillThere();
                for (Throwable objection :
                        List.of(new UnknownTopicOrPartitionException("no"), new UnknownTopicIdException("no"))) {
                    assertThat(core.failure("no", objection))
                            .isInstanceOf(QueueStorageException.class)
                            .isNotInstanceOf(QueueClosedException.class)
                            .hasMessageContaining("has not heard of a topic");
                }
                core.write(Ledger.SHUT_DOWN);
            }
            assertThat(core.isClosed()).isFalse();
        } finally {
            core.close();
        }
    }

    @Test
    void shouldSayOfQueueThatIsDeletedThatItIs() throws Exception {
        KafkaCore core = open();
        try {
            core.topics().delete();
            unheardOf = topic -> true;
            assertThat(core.topics().isGone()).isTrue();
            assertThatThrownBy(core::requireStillThere)
                    .isInstanceOf(QueueClosedException.class)
                    .hasMessageContaining("deleted");
            unheardOf = topic -> false;
            DurableQueue.openOrCreate(Broker.queue(name), String.class).close();
            assertThat(core.topics().isGone()).as("another has its name").isTrue();
        } finally {
            core.close();
        }
    }

    /** It would object to making the topic, which says that there is none. */
    @Test
    void shouldSayThatQueueIsDeletedWhateverControllerObjectsTo() throws Exception {
        List<ApiException> objections =
                List.of(new PolicyViolationException("no"), new InvalidReplicationFactorException("no"));
        KafkaCore core = open();
        try {
            unheardOf = topic -> true;
            for (ApiException each : objections) {
                objection = each;
                assertThat(core.topics().isGone()).isFalse();
            }
            core.topics().delete();
            for (ApiException each : objections) {
                objection = each;
                assertThat(core.topics().isGone()).as("%s", each).isTrue();
            }
        } finally {
            core.close();
        }
    }

    /** It may be an older one, of whose end the broker has not heard. */
    @Test
    void shouldStayOpenWhereBrokerTellsOfAnotherLedger() throws Exception {
        KafkaCore core = open();
        try {
            toldId = Uuid.randomUuid();
            assertThat(core.topics().isGone()).isFalse();
            mayAsk = false;
            assertThat(core.topics().isGone()).isFalse();
            core.requireStillThere();
        } finally {
            core.close();
        }
    }

    /** The topic of dead letters has the same name, whichever ledger they have. */
    @Test
    void shouldStayOpenWhereBrokerTellsOfAnotherLedgerOfDeadLetters() throws Exception {
        KafkaCore core = open();
        try {
            KafkaCore letters = KafkaCore.open(
                    clients,
                    core.topics().deadLetters(),
                    Form.OfLetters.INSTANCE.id(),
                    core.ledger().options());
            try {
                toldId = Uuid.randomUuid();
                assertThat(letters.topics().isGone()).isFalse();
                letters.requireStillThere();
            } finally {
                letters.close();
            }
        } finally {
            core.close();
        }
    }
}
