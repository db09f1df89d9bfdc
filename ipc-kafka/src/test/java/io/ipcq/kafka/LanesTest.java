// SPDX-License-Identifier: Apache-2.0
package io.ipcq.kafka;

import static io.ipcq.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ipcq.memory.Deadline;
import io.ipcq.queue.QueueAddress;
import io.ipcq.queue.QueueStorageException;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.ShareConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InvalidRecordStateException;
import org.apache.kafka.common.errors.WakeupException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Lanes over consumers of a broker in miniature, of which the n-th call fails, for every n. */
class LanesTest {

    private static final int ELEMENTS = 5;
    private static final int RACES = 20_000;
    private static final long LONG_NANOS = TimeUnit.SECONDS.toNanos(60);
    private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    /** What a call of a client throws, one of Kafka's own or none. */
    enum Failure {
        KAFKA(() -> new KafkaException("no")),
        STATE(() -> new IllegalStateException("no")),
        MEMORY(() -> new OutOfMemoryError("Java heap space")),
        STACK(StackOverflowError::new);

        @SuppressWarnings("ImmutableEnumChecker") // keeps no state
        private final Supplier<? extends Throwable> made;

        Failure(Supplier<? extends Throwable> made) {
            this.made = made;
        }
    }

    /** Gives elements out, and takes back what a consumer had that closes. Thread-safe. */
    private static final class Miniature implements Lanes.Ground {

        private final Deque<Long> waiting = new ArrayDeque<>(); // guarded by this, as all below
        private final Set<Long> done = new TreeSet<>();
        private final int failAt;
        private final Failure failure;
        private final List<AssertionError> wrongs = new ArrayList<>();
        private int calls;
        private int consumers;
        private Duration leaseTimeout;
        private Optional<Integer> lockMillis = Optional.empty();
        private RuntimeException refusalToRenew;
        private volatile Runnable whenFailing = () -> {};

        Miniature(int failAt, Failure failure) {
            this.failAt = failAt;
            this.failure = failure;
            for (long element = 0; element < ELEMENTS; element++) {
                waiting.add(element);
            }
        }

        synchronized Set<Long> done() {
            return new TreeSet<>(done);
        }

        /** What it takes for the failure of a client, a lane would live with: so the test looks for itself. */
        synchronized void requireNothingWrong() {
            assertThat(wrongs).isEmpty();
        }

        synchronized void leaseFor(Duration timeout) {
            leaseTimeout = timeout;
        }

        synchronized boolean isWaiting(long element) {
            return waiting.contains(element);
        }

        synchronized boolean hasFailed() {
            return calls >= failAt;
        }

        synchronized int consumers() {
            return consumers;
        }

        synchronized void count() throws Throwable {
            calls++;
            if (calls == failAt) {
                throw failure.made.get();
            }
        }

        @Override
        public QueueAddress address() {
            return QueueAddress.of(URI.create("kafka://h:1/miniature"));
        }

        @Override
        public String topic() {
            return "miniature";
        }

        @Override
        public long patienceNanos() {
            return LONG_NANOS;
        }

        @Override
        public synchronized Duration leaseTimeout() {
            return leaseTimeout;
        }

        @Override
        public RuntimeException failure(String what, Throwable objection) {
            whenFailing.run();
            return new QueueStorageException(what, objection);
        }

        @Override
        @SuppressWarnings("unchecked")
        public synchronized ShareConsumer<byte[], byte[]> member(int together) {
            consumers++;
            Member member = new Member(this);
            return (ShareConsumer<byte[], byte[]>) Proxy.newProxyInstance(
                    LanesTest.class.getClassLoader(),
                    new Class<?>[] {ShareConsumer.class},
                    (proxy, method, arguments) -> member.call(method.getName(), arguments));
        }
    }

    /** A consumer, of which the lane has to see to it that one thread is in it at a time. */
    private static final class Member {

        private final Miniature broker;
        private final Map<Long, AcknowledgeType> held = new HashMap<>();
        private final Deque<Long> renewed = new ArrayDeque<>();
        private Thread inside; // guarded by this
        private volatile boolean woken;

        Member(Miniature broker) {
            this.broker = broker;
        }

        Object call(String name, Object[] arguments) throws Throwable {
            if (name.equals("wakeup")) {
                woken = true;
                return null;
            }
            try {
                enter();
                try {
                    return answer(name, arguments);
                } finally {
                    leave();
                }
            } catch (AssertionError e) {
                synchronized (broker) {
                    broker.wrongs.add(e);
                }
                throw e;
            }
        }

        private synchronized void enter() {
            if (inside != null) {
                throw new AssertionError("two threads in a consumer: " + inside + ", " + Thread.currentThread());
            }
            inside = Thread.currentThread();
        }

        private synchronized void leave() {
            inside = null;
        }

        private Object answer(String name, Object[] arguments) throws Throwable {
            if (name.equals("close")) {
                synchronized (broker) {
                    broker.consumers--;
                    held.keySet().forEach(broker.waiting::addFirst);
                    renewed.forEach(broker.waiting::addFirst);
                }
                return null;
            }
            broker.count();
            if (woken) {
                throw new WakeupException();
            }
            switch (name) {
                case "poll":
                    return polled();
                case "acknowledge":
                    held.put(((ConsumerRecord<?, ?>) arguments[0]).offset(), (AcknowledgeType) arguments[1]);
                    return null;
                case "commitSync":
                    return committed();
                case "metrics":
                    return Map.of();
                case "acquisitionLockTimeoutMs":
                    synchronized (broker) {
                        return broker.lockMillis;
                    }
                default:
                    return null;
            }
        }

        private ConsumerRecords<byte[], byte[]> polled() throws InterruptedException {
            Long element;
            synchronized (broker) {
                assertThat(held).as("what is not settled").isEmpty();
                element = renewed.isEmpty() ? broker.waiting.poll() : renewed.poll();
            }
            if (element == null) {
                Thread.sleep(1);
                return ConsumerRecords.empty();
            }
            held.put(element, AcknowledgeType.RENEW);
            return new ConsumerRecords<>(
                    Map.of(
                            new TopicPartition("miniature", 0),
                            List.of(new ConsumerRecord<>("miniature", 0, element, new byte[0], new byte[0]))),
                    Map.of());
        }

        private Map<?, ?> committed() {
            synchronized (broker) {
                if (broker.refusalToRenew != null && held.containsValue(AcknowledgeType.RENEW)) {
                    throw broker.refusalToRenew;
                }
                held.forEach((element, how) -> {
                    if (how == AcknowledgeType.ACCEPT) {
                        assertThat(broker.done.add(element))
                                .as("%d is done twice", element)
                                .isTrue();
                    } else if (how == AcknowledgeType.RENEW) {
                        renewed.add(element);
                    } else {
                        broker.waiting.addFirst(element);
                    }
                });
            }
            held.clear();
            return Map.of();
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldBeDoneWithAllWhicheverCallFails(Failure failure) throws Exception {
        boolean failed = true;
        for (int call = 1; failed; call++) {
            Miniature broker = new Miniature(call, failure);
            Lanes lanes = new Lanes(broker, 1);
            takeAll(lanes, broker);
            lanes.close(Deadline.in(LONG_NANOS));
            assertThat(broker.consumers()).as("call %d", call).isZero();
            broker.requireNothingWrong();
            failed = broker.hasFailed();
        }
    }

    private static void takeAll(Lanes lanes, Miniature broker) throws InterruptedException {
        long deadline = Deadline.in(LONG_NANOS);
        List<Throwable> failures = new ArrayList<>();
        while (broker.done().size() < ELEMENTS) {
            assertThat(Deadline.hasPassed(deadline)).as("failures=%s", failures).isFalse();
            Taker taker = lanes.want();
            try {
                Parcel parcel = taker.await(POLL_NANOS);
                assertThat(parcel.settle(Parcel.Fate.DONE, Duration.ZERO)).isTrue();
            } catch (TimeoutException e) {
                // not yet
            } catch (ExecutionException | QueueStorageException e) {
                failures.add(e);
            } finally {
                Parcel late = lanes.leave(taker);
                if (late != null) {
                    late.settle(Parcel.Fate.AS_IF_NEVER, Duration.ZERO);
                }
            }
        }
        assertThat(failures).hasSizeLessThanOrEqualTo(1);
    }

    /** Those in line are served by the thread of a lane, which the one before them has left. */
    @Test
    void shouldServeWhoIsInLineWhenPollerLeaves() throws Exception {
        Miniature broker = new Miniature(Integer.MAX_VALUE, Failure.KAFKA);
        Lanes lanes = new Lanes(broker, 1);
        takeAll(lanes, broker);
        Taker poller = lanes.want();
        Taker next = lanes.want();
        synchronized (broker) {
            broker.waiting.add(99L);
        }
        lanes.leave(poller);
        assertThat(next.await(LONG_NANOS).record().offset()).isEqualTo(99);
        lanes.leave(next);
        lanes.close(Deadline.in(LONG_NANOS));
        broker.requireNothingWrong();
    }

    /** What a lane's failure comes to may take long to find out: who gets in line meanwhile waits for another lane. */
    @Test
    void shouldTellFailureToWhoWaitedForThatLaneOnly() throws Exception {
        Miniature broker = new Miniature(1, Failure.KAFKA);
        synchronized (broker) {
            broker.waiting.clear();
        }
        Lanes lanes = new Lanes(broker, 1);
        CompletableFuture<Taker> late = new CompletableFuture<>();
        broker.whenFailing = () -> late.complete(lanes.want());
        Taker first = lanes.want();
        assertThatThrownBy(() -> first.await(LONG_NANOS)).isInstanceOf(ExecutionException.class);
        lanes.leave(first);
        synchronized (broker) {
            broker.waiting.add(99L);
        }
        assertThat(late.get().await(LONG_NANOS).record().offset()).isEqualTo(99);
        lanes.leave(late.get());
        lanes.close(Deadline.in(LONG_NANOS));
        broker.requireNothingWrong();
    }

    @Test
    void shouldTellWhoWaitsEvenIfFailureCannotBeLookedInto() throws Exception {
        Miniature broker = new Miniature(1, Failure.KAFKA);
        broker.whenFailing = () -> {
            throw new IllegalStateException("the failure fails");
        };
        Lanes lanes = new Lanes(broker, 1);
        Taker taker = lanes.want();
        assertThatThrownBy(() -> taker.await(LONG_NANOS))
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(QueueStorageException.class)
                .hasStackTraceContaining("no element could be taken");
        lanes.leave(taker);
        lanes.close(Deadline.in(LONG_NANOS));
        broker.requireNothingWrong();
    }

    // ---- what nobody has taken yet ----------------------------------------------------------------------------------

    /** How the broker has back what a lane keeps that nobody here takes. */
    enum Loss {
        LEASE_WOULD_END(broker -> broker.leaseTimeout = Duration.ofMillis(1)),
        LOCK_IS_OVER(broker -> broker.refusalToRenew = new InvalidRecordStateException("too late")),
        CLIENT_FAILS(broker -> broker.refusalToRenew = new KafkaException("no")),
        NOBODY_COMES(broker -> {});

        @SuppressWarnings("ImmutableEnumChecker") // keeps no state
        private final Consumer<Miniature> begin;

        Loss(Consumer<Miniature> begin) {
            this.begin = begin;
        }
    }

    /** Nobody is to work on what the broker has given to others, or will. */
    @ParameterizedTest
    @EnumSource
    void shouldHandOutNothingThatBrokerHasBack(Loss loss) throws Exception {
        Miniature broker = new Miniature(Integer.MAX_VALUE, Failure.KAFKA);
        synchronized (broker) {
            broker.lockMillis = Optional.of(30);
        }
        Lanes lanes = new Lanes(broker, 1);
        Taker first = lanes.want();
        Parcel parcel = first.await(LONG_NANOS);
        lanes.leave(first);
        synchronized (broker) {
            loss.begin.accept(broker);
        }
        boolean isParked = parcel.settle(Parcel.Fate.AS_IF_NEVER, Duration.ZERO);
        assertThat(isParked || loss == Loss.LOCK_IS_OVER || loss == Loss.CLIENT_FAILS)
                .isTrue();
        await().until(() -> broker.isWaiting(parcel.record().offset()));
        synchronized (broker) {
            broker.waiting.clear();
        }
        Taker late = lanes.want();
        assertThat(late.given()).isNull();
        lanes.leave(late);
        assertThat(lanes.out()).isZero();
        lanes.close(Deadline.in(LONG_NANOS));
        broker.requireNothingWrong();
    }

    @Test
    void shouldBeginLeaseWhenTakerHasElementInHand() throws Exception {
        Miniature broker = new Miniature(Integer.MAX_VALUE, Failure.KAFKA);
        synchronized (broker) {
            broker.leaseTimeout = Duration.ofMillis(1);
        }
        Lanes lanes = new Lanes(broker, 1);
        Taker taker = lanes.want();
        Parcel parcel = taker.await(LONG_NANOS);
        lanes.leave(taker);
        assertThat(parcel.leaseDeadline()).isEqualTo(Deadline.NEVER);
        assertThat(parcel.renew()).isTrue();
        await().until(parcel::isOver);
        assertThat(parcel.renew()).isFalse();
        assertThat(parcel.settle(Parcel.Fate.DONE, Duration.ZERO)).isFalse();
        lanes.close(Deadline.in(LONG_NANOS));
        broker.requireNothingWrong();
    }

    /** Who renews as the lease ends still has the element, or is told that it is too late. */
    @Test
    void shouldNotEndLeaseThatWasRenewed() throws Exception {
        Miniature broker = new Miniature(Integer.MAX_VALUE, Failure.KAFKA);
        Lanes lanes = new Lanes(broker, 1);
        for (int race = 0; race < RACES; ) {
            Taker taker = lanes.want();
            Parcel parcel = taker.await(LONG_NANOS);
            lanes.leave(taker);
            boolean renewed = true;
            while (renewed && race++ < RACES) {
                assertThat(parcel.isOver()).as("after race %d", race).isFalse();
                broker.leaseFor(Duration.ofNanos(race % 1000));
                parcel.renew();
                broker.leaseFor(Duration.ofNanos(LONG_NANOS));
                renewed = parcel.renew();
            }
            assertThat(parcel.settle(Parcel.Fate.AS_IF_NEVER, Duration.ZERO)).isEqualTo(renewed);
        }
        lanes.close(Deadline.in(LONG_NANOS));
        broker.requireNothingWrong();
    }
}
