// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ipcq.codec.Codec;
import io.ipcq.codec.CodecException;
import io.ipcq.memory.MappedRegion;
import io.ipcq.test.FaultLoop;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A queue that an error came up in, and the account of its elements.
 *
 * <p>The rule, after a call that threw:
 *
 * <ul>
 *   <li>What was being put is there once, or not at all; of a batch perhaps a part.
 *   <li>What was being taken is still there, or in the dead letters, perhaps twice, or its bytes are in the exception
 *       ({@link CodecException#bytes}, as the exception itself, its cause or suppressed). No lease stays out: others
 *       find it as soon as they take.
 *   <li>What {@code drainTo} was adding to its target is there, or in the target, or both.
 *   <li>What a handle keeps and was putting back when it was closed is there, perhaps twice.
 *   <li>What was being acknowledged or given back is that, or still leased.
 *   <li>Other handles, of this process and others, put and take; the handle under test, too, unless it was being
 *       closed.
 *   <li>Once all elements have been dealt with, {@code join} returns.
 *   <li>After {@code close}, which may be called again if it threw, nothing is open, mapped, or a member.
 *   <li>What could not be created or deleted whole can be so by the next call, and leaves no files.
 * </ul>
 */
final class FaultScene implements FaultLoop.Scene {

    static final int LARGE = 60_000;
    static final Duration SHORT = Duration.ofMillis(5);
    private static final int ABANDONED = Integer.MAX_VALUE;
    private static final Duration PATIENCE = Duration.ofMillis(Integer.getInteger("ipcq.fault.patience", 60_000));
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

    /** Does something to an element. */
    @FunctionalInterface
    interface Put<T> {
        void put(T element) throws InterruptedException;
    }

    /** Does something to an element, or does not. */
    @FunctionalInterface
    interface Offer {
        boolean offer(String element) throws InterruptedException;
    }

    private final Path place;
    private final FaultEngine engine;
    private final FaultOperation operation;
    private final @Nullable FaultNeighbour neighbour;
    private final List<String> put = new ArrayList<>();
    private final List<String> unsure = new ArrayList<>();
    private final List<String> refused = new ArrayList<>();
    private final List<String> got = new ArrayList<>(); // whoever got it
    private final List<Delivery<String>> deliveries = new ArrayList<>();
    private final List<String> settled = new ArrayList<>();
    private String settleable = "";
    private @Nullable String settling;
    private @Nullable String handingOver;
    private @Nullable Throwable refusal; // what the operation is to end with
    private @Nullable FailingCodec failing; // of the handle under test
    private int tasksDone;
    private boolean taskDoneBegun;
    private @Nullable SharedQueue<String> witness;
    private @Nullable SharedQueue<String> used;
    private @Nullable Task<Boolean> elsewhere;
    private int elements;
    private volatile boolean ended;

    /** @param neighbour another process, to take what is left; null if this one does */
    FaultScene(Path directory, FaultEngine engine, FaultOperation operation, @Nullable FaultNeighbour neighbour)
            throws Exception {
        this.place = directory.resolve("queue");
        this.engine = engine;
        this.operation = operation;
        this.neighbour = neighbour;
        if (!operation.creates()) {
            witness = engine.create(place, operation);
        }
        if (!operation.opens()) {
            Codec<String> codec = operation.codec();
            failing = codec instanceof FailingCodec mine ? mine : null;
            used = engine.open(place, codec);
        }
        operation.prepare.run(this);
    }

    // ---- what is prepared -------------------------------------------------------------------------------------------

    private SharedQueue<String> witness() {
        if (witness == null) {
            throw new IllegalStateException("no witness");
        }
        return witness;
    }

    SharedQueue<String> used() {
        if (used == null) {
            throw new IllegalStateException("not open");
        }
        return used;
    }

    DurableQueue<String> durable() {
        return (DurableQueue<String>) used();
    }

    private String next(int fillerBytes) {
        return "e" + elements++ + ":" + "x".repeat(fillerBytes);
    }

    void fill(int count) throws InterruptedException {
        for (int i = 0; i < count; i++) {
            fillWith(next(20));
        }
    }

    void fillLarge(int count) throws InterruptedException {
        for (int i = 0; i < count; i++) {
            fillWith(next(LARGE));
        }
    }

    void fillWith(String element) throws InterruptedException {
        assertThat(witness().put(element, PATIENCE)).isTrue();
        put.add(element);
    }

    /** The first of three fails to be decoded by the handle under test, that often. */
    void fillAndFail(int times) throws InterruptedException {
        fillWith(FailingCodec.BAD);
        fill(2);
        if (failing != null) {
            failing.fail(times, FailingCodec.Failure.NO_CLASS);
        }
    }

    synchronized void takeElsewhere(int count) throws InterruptedException {
        int taken = 0;
        while (taken < count) {
            boolean last = ended; // before it put what was to be taken
            String element = witness().get(SHORT);
            if (element != null) {
                got.add(element);
                taken++;
            } else if (last) {
                return;
            }
        }
    }

    void taskDoneElsewhere() {
        witness().taskDone();
        tasksDone++;
    }

    void receiveElsewhereAndReturn() throws InterruptedException {
        Delivery<String> delivery = ((DurableQueue<String>) witness()).receive(PATIENCE);
        assertThat(delivery).isNotNull();
        assertThat(delivery.nack()).isTrue();
    }

    /** For the others, a member that leaves without a word has died. */
    void receiveElsewhereAndLeave() throws Exception {
        try (SharedQueue<String> other = engine.open(place, operation.codec())) {
            assertThat(((DurableQueue<String>) other).receive(PATIENCE)).isNotNull();
        }
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(60)); // leases are looked at now and then only
    }

    void leaveMutexAsIfDead() throws Exception {
        if (engine == FaultEngine.RING) {
            MappedRegion region = MappedRegion.open(new RingFiles(place).control(), RingLayout.FORMAT);
            region.putIntVolatile(RingLayout.MUTEX, ABANDONED);
        } else {
            MappedRegion region = MappedRegion.open(new JournalFiles(place).control(), JournalLayout.FORMAT);
            region.putIntVolatile(JournalLayout.PRODUCER_MUTEX, ABANDONED);
            region.putIntVolatile(JournalLayout.CONSUMER_MUTEX, ABANDONED);
        }
    }

    void leaveElsewhere() {
        witness().close();
        witness = null;
    }

    /** In another thread, while the operation waits. */
    void inAWhile(Task.Action action) {
        elsewhere = Task.run(() -> {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
            action.run();
        });
    }

    // ---- what is run ------------------------------------------------------------------------------------------------

    void open() throws Exception {
        used = engine.open(place, operation.codec());
    }

    void create() throws Exception {
        used = engine.create(place, operation);
    }

    void openOrCreate() throws Exception {
        used = engine.openOrCreate(place, operation.codec());
    }

    void createAnonymous() throws Exception {
        used = engine.createAnonymous(operation.codec());
    }

    void put(Put<String> call) throws InterruptedException {
        put(next(20), call);
    }

    void putLarge(Put<String> call) throws InterruptedException {
        put(next(LARGE), call);
    }

    private void put(String element, Put<String> call) throws InterruptedException {
        unsure.add(element);
        call.put(element);
        unsure.remove(element);
        put.add(element);
    }

    void putAll(int count, Put<List<String>> call) throws InterruptedException {
        List<String> batch = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            batch.add(next(20));
        }
        unsure.addAll(batch);
        call.put(batch);
        unsure.removeAll(batch);
        put.addAll(batch);
    }

    void offer(Offer call) throws InterruptedException {
        String element = next(20);
        unsure.add(element);
        boolean accepted = call.offer(element);
        unsure.remove(element);
        (accepted ? put : refused).add(element);
    }

    void take(Callable<@Nullable String> call) throws Exception {
        String element;
        try {
            element = call.call();
        } catch (Throwable e) {
            if (!operation.isRefusal(e)) {
                throw e;
            }
            refusal = e;
            return;
        }
        if (element != null) {
            synchronized (this) {
                got.add(element);
            }
        }
    }

    void drain(Collection<String> target, int max) {
        try {
            used().drainTo(target, max);
        } catch (Throwable e) {
            handingOver = target.stream().reduce((first, second) -> second).orElse(null);
            if (!operation.isRefusal(e)) {
                throw e;
            }
            refusal = e;
        } finally {
            got.addAll(target);
        }
    }

    void receive(Callable<@Nullable Delivery<String>> call) throws Exception {
        try {
            Delivery<String> delivery = call.call();
            if (delivery != null) {
                deliveries.add(delivery);
                settleable = delivery.value();
            }
        } catch (CodecException e) {
            if (!operation.isRefusal(e)) {
                throw e;
            }
        }
    }

    void acknowledge() {
        Delivery<String> delivery = deliveries.remove(0);
        settling = settleable;
        assertThat(delivery.ack()).isTrue();
        settled.add(settling);
        settling = null;
    }

    void giveBack() {
        deliveries.get(0).nack();
    }

    void taskDone() {
        taskDoneBegun = true;
        used().taskDone();
        taskDoneBegun = false;
        tasksDone++;
    }

    @Override
    public void run() throws Throwable {
        try {
            operation.run.run(this);
        } finally {
            ended = true;
        }
    }

    // ---- what must hold ---------------------------------------------------------------------------------------------

    @Override
    public void check(@Nullable Throwable thrown) throws Throwable {
        if (elsewhere != null) {
            elsewhere.await();
        }
        if (failing != null) {
            failing.fail(0, FailingCodec.Failure.NO_CLASS);
        }
        if (operation == FaultOperation.CREATE_ANONYMOUS) {
            if (used != null) {
                used.close();
            }
            return;
        }
        if (witness == null) {
            witness = engine.openOrCreate(place, operation.codec());
        }
        if (operation == FaultOperation.DELETE) {
            checkDeleted();
            return;
        }
        if (operation.closes()) {
            used().close();
        }
        if (operation == FaultOperation.SHUTDOWN) {
            used().shutdown();
            assertThat(witness.isShutdown()).isTrue();
        }
        if (!operation.looks()) {
            report(thrown);
            report(refusal);
        }
        settleDeliveries();
        goOn();
        drain();
        account();
        finishTasks();
        leave();
    }

    /** The bytes that an exception reports are not lost. */
    private void report(@Nullable Throwable thrown) {
        if (thrown == null) {
            return;
        }
        if (thrown instanceof CodecException refusal && refusal.bytes() != null && engine == FaultEngine.RING) {
            got.add(
                    operation.codec() == PickyCodec.INSTANCE
                            ? new String(refusal.bytes(), java.nio.charset.StandardCharsets.UTF_8)
                            : operation.codec().decode(refusal.bytes()));
            tasksDone++;
        }
        report(thrown.getCause());
        for (Throwable suppressed : thrown.getSuppressed()) {
            report(suppressed);
        }
    }

    private void settleDeliveries() {
        for (Delivery<String> delivery : deliveries) {
            // false if that was what threw, and it took effect
            delivery.nack();
        }
    }

    /** Others go on, and so does the handle itself. */
    private void goOn() throws InterruptedException {
        if (witness().isShutdown()) {
            return;
        }
        putWith(witness());
        if (used != null && !operation.closes()) {
            putWith(used);
            takeWith(used);
        }
    }

    /** Where there is no room, some is made. */
    private void putWith(SharedQueue<String> queue) throws InterruptedException {
        String element = next(20);
        while (!queue.put(element, SHORT)) {
            takeWith(witness());
        }
        put.add(element);
    }

    private void takeWith(SharedQueue<String> queue) throws InterruptedException {
        while (true) {
            try {
                String element = queue.get(PATIENCE);
                assertThat(element).as("there is an element").isNotNull();
                got.add(element);
                return;
            } catch (CodecException e) {
                report(e); // the undecodable one
            }
        }
    }

    /** Takes all that is left, here or in another process. */
    private void drain() throws Exception {
        if (settling != null || (engine == FaultEngine.RING && used != null)) {
            used().close(); // its lease is somebody else's then, and so is what it kept
        }
        if (neighbour != null && operation.codec() != PickyCodec.INSTANCE) {
            got.addAll(neighbour.drain(engine, operation, place));
        }
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        takeAll();
        while (witness().stats().leased() + witness().stats().unburied() > 0) {
            assertThat(System.nanoTime() - deadline)
                    .as("something stays out: %s", witness().stats())
                    .isNegative();
            LockSupport.parkNanos(PAUSE_NANOS);
            takeAll();
        }
        assertThat(witness().qsize()).isZero();
        assertThat(witness().empty()).isTrue();
    }

    private void takeAll() {
        while (true) {
            try {
                String element = witness().getNow();
                if (element == null) {
                    return;
                }
                got.add(element);
            } catch (QueueShutdownException e) {
                return;
            } catch (CodecException e) {
                report(e);
            }
        }
    }

    private void account() throws Exception {
        Map<String, Integer> seen = new HashMap<>();
        Stream.of(got, settled, deadLetters().stream().distinct().toList())
                .flatMap(List::stream)
                .map(FaultScene::id)
                .forEach(id -> seen.merge(id, 1, Integer::sum));
        for (String element : put) {
            int least = element.equals(settling) ? 0 : 1;
            int most = element.equals(handingOver) || operation.putsAgain() ? 2 : 1;
            int times = seen.getOrDefault(id(element), 0);
            assertThat(times)
                    .as("%s was put once, and seen that often; got=%s", id(element), ids(got))
                    .isBetween(least, most);
            seen.remove(id(element));
        }
        for (String element : unsure) {
            assertThat(seen.getOrDefault(id(element), 0)).as(id(element)).isLessThanOrEqualTo(1);
            seen.remove(id(element));
        }
        assertThat(seen).as("nobody put these, or they were refused").isEmpty();
    }

    static String id(String element) {
        int end = element.indexOf(':');
        return end < 0 ? element : element.substring(0, end);
    }

    private static List<String> ids(List<String> elements) {
        return elements.stream().map(FaultScene::id).toList();
    }

    private List<String> deadLetters() throws Exception {
        List<String> letters = new ArrayList<>();
        if (engine == FaultEngine.JOURNAL && Files.exists(place.resolve("dead-letters"))) {
            try (DurableQueue<DeadLetter> queue = ((DurableQueue<String>) witness()).deadLetters()) {
                for (DeadLetter letter = queue.getNow(); letter != null; letter = queue.getNow()) {
                    byte[] bytes = letter.bytes();
                    letters.add(
                            operation.codec() == PickyCodec.INSTANCE
                                    ? new String(bytes, java.nio.charset.StandardCharsets.UTF_8)
                                    : operation.codec().decode(bytes));
                }
            }
        }
        return letters;
    }

    private void finishTasks() throws InterruptedException {
        int takes = operation.putsAgain()
                ? got.size()
                : (int) ids(got).stream().distinct().count();
        int due = takes - tasksDone - (taskDoneBegun ? 1 : 0);
        for (int i = 0; i < due; i++) {
            witness().taskDone();
        }
        if (taskDoneBegun && witness().stats().unfinished() == 1) {
            witness().taskDone();
        }
        assertThat(witness().join(PATIENCE))
                .as("unfinished=%s", witness().stats().unfinished())
                .isTrue();
        assertThatThrownBy(witness()::taskDone).isInstanceOf(IllegalStateException.class);
    }

    private void leave() {
        if (used != null) {
            used.close();
        }
        assertThat(witness().stats().members()).as("members").isEqualTo(1);
    }

    private void checkDeleted() throws Exception {
        if (!isDeleted()) {
            takeWith(witness());
            fill(1);
            witness().delete();
        }
        used().close();
        witness().close();
        witness = engine.openOrCreate(place, operation.codec());
        put.clear();
        got.clear();
        fill(1);
        takeWith(witness());
        assertThat(witness().empty()).isTrue();
    }

    private boolean isDeleted() {
        try {
            witness().qsize();
            return false;
        } catch (QueueClosedException e) {
            return true;
        }
    }

    @Override
    public void close() throws Exception {
        if (used != null) {
            used.close();
        }
        if (witness != null) {
            try {
                witness.delete();
            } catch (QueueClosedException e) {
                // was deleted
            }
            witness.close();
        }
        try (Stream<Path> left = Files.list(place.getParent())) {
            assertThat(left).as("left behind").isEmpty();
        }
    }
}
