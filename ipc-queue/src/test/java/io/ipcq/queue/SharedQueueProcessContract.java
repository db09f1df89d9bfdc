// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import static io.ipcq.Patience.await;
import static io.ipcq.queue.SharedQueueContract.assertExactlyOnceAndInOrder;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ipcq.TestJvm;
import io.ipcq.codec.Codec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What every engine of {@link SharedQueue} has to do, seen from several JVMs. */
abstract class SharedQueueProcessContract {

    @TempDir
    Path directory;

    private final List<TestJvm> children = new ArrayList<>();
    private final List<SharedQueue<?>> toClose = new ArrayList<>();
    SharedQueue<String> queue;
    private Path handle;

    /** An anonymous queue. */
    abstract SharedQueue<String> create(Codec<String> codec, long maxSize) throws IOException;

    /** The files of an anonymous queue. */
    abstract Path place(SharedQueue<?> queue);

    @BeforeEach
    void createQueue() throws IOException {
        useQueueOf(SharedQueueContract.UNBOUNDED);
    }

    void useQueueOf(long maxSize) throws IOException {
        queue = create(Codec.utf8(), maxSize);
        toClose.add(queue);
        handle = write(queue);
    }

    private Path write(SharedQueue<?> passedOn) throws IOException {
        return Files.write(directory.resolve("handle-" + System.nanoTime()), SharedQueueContract.serialize(passedOn));
    }

    @AfterEach
    void endEverything() {
        children.forEach(TestJvm::close);
        toClose.forEach(SharedQueue::close);
    }

    TestJvm child(String... arguments) {
        return child(List.of(), arguments);
    }

    private TestJvm child(List<String> jvmOptions, String... arguments) {
        TestJvm child = QueueProgram.start(jvmOptions, handle, arguments);
        children.add(child);
        return child;
    }

    static void begin(TestJvm child) {
        child.awaitLine("ready");
        child.send("");
    }

    private void beginAll() {
        children.forEach(child -> child.awaitLine("ready"));
        children.forEach(child -> child.send(""));
    }

    @Test
    void shouldGetInOneProcessWhatWasPutInAnother() throws InterruptedException {
        TestJvm writer = child("put", "w", "3");
        begin(writer);
        writer.awaitSuccess();
        assertThat(queue.qsize()).isEqualTo(3);
        TestJvm reader = child("get");
        begin(reader);
        assertThat(reader.awaitLine("got")).isEqualTo("got w:0");
        reader.awaitSuccess();
        assertThat(queue.get()).isEqualTo("w:1");
        assertThat(queue).containsExactly("w:2");
    }

    @Test
    void shouldWakeGetOfAnotherProcess() throws InterruptedException {
        TestJvm reader = child("get");
        begin(reader);
        Thread.sleep(100); // to come to where it waits; passes if it does not
        assertThat(reader.output()).doesNotContain("got");
        queue.put("a");
        assertThat(reader.awaitLine("got")).isEqualTo("got a");
        reader.awaitSuccess();
    }

    @Test
    void shouldWakePutOfAnotherProcess() throws Exception {
        useQueueOf(2);
        TestJvm writer = child("put", "w", "5");
        begin(writer);
        await().until(queue::full);
        Thread.sleep(100); // to come to where it waits; passes if it does not
        assertThat(writer.output()).doesNotContain("done");
        assertThat(queue.qsize()).isEqualTo(2);
        for (int i = 0; i < 5; i++) {
            assertThat(queue.get()).isEqualTo("w:" + i);
        }
        writer.awaitSuccess();
    }

    @Test
    void shouldWakeAllProcessesByShutdown() throws Exception {
        TestJvm reader = child("get");
        TestJvm joiner = child("join");
        begin(reader);
        begin(joiner);
        joiner.awaitSuccess();
        useQueueOf(1);
        TestJvm writer = child("put", "w", "2");
        begin(writer);
        await().until(queue::full);
        Thread.sleep(100);
        queue.shutdown();
        writer.awaitLine("QueueShutdownException");
        writer.awaitSuccess();
        toClose.get(0).shutdown();
        reader.awaitLine("QueueShutdownException");
        reader.awaitSuccess();
        assertThat(queue).containsExactly("w:0");
    }

    @Test
    void shouldSeeShutdownOfAnotherProcess() throws Exception {
        queue.put("a");
        Task<List<String>> loop = Task.start(() -> {
            List<String> seen = new ArrayList<>();
            queue.consume().forEach(seen::add);
            return seen;
        });
        loop.expectToWait();
        TestJvm other = child("shutdown");
        begin(other);
        assertThat(loop.await()).containsExactly("a");
        other.awaitSuccess();
        assertThatThrownBy(() -> queue.put("b")).isInstanceOf(QueueShutdownException.class);
    }

    @Test
    void shouldEndWaitInAllProcessesByDelete() throws Exception {
        TestJvm reader = child("get");
        begin(reader);
        Thread.sleep(100);
        TestJvm other = child("delete");
        Task<String> get = Task.start(queue::get).expectToWait();
        begin(other);
        other.awaitSuccess();
        reader.awaitLine("QueueClosedException");
        assertThat(get.awaitFailure()).isInstanceOf(QueueClosedException.class);
        assertThatThrownBy(() -> queue.put("a")).isInstanceOf(QueueClosedException.class);
        assertThat(place(queue)).doesNotExist();
    }

    @Test
    void shouldShowTheSameToAllProcesses() throws Exception {
        useQueueOf(3);
        queue.putAll(List.of("a", "b", "c"));
        assertThat(looked()).isEqualTo("sees 3 false true false [a, b, c]");
        queue.get();
        queue.shutdown();
        assertThat(looked()).isEqualTo("sees 2 false false true [b, c]");
        queue.clear();
        assertThat(looked()).isEqualTo("sees 0 true false true []");
    }

    private String looked() {
        TestJvm other = child("look");
        begin(other);
        String line = other.awaitLine("sees");
        other.awaitSuccess();
        return line;
    }

    @Test
    void shouldSeeMemberThatHasCopiedTheFiles() {
        TestJvm other = child("copy", directory.resolve("copy").toString());
        await().until(other::hasDescriptorLock);
        begin(other);
        other.awaitLine("copied");
        assertThat(queue.stats().members()).isEqualTo(2);
        other.kill();
        assertThat(queue.stats().members()).isEqualTo(1);
    }

    @Test
    void shouldCountTasksOfAllProcesses() throws Exception {
        queue.put("a");
        queue.put("b");
        queue.taskDone();
        Task<Boolean> join = Task.run(queue::join).expectToWait();
        TestJvm other = child("taskDone");
        begin(other);
        join.await();
        other.awaitSuccess();
    }

    @Test
    void shouldHandEachElementToOneOfFourProcesses() throws Exception {
        useQueueOf(200);
        int each = 5_000;
        List<String> compiled = List.of(TestJvm.COMPILED); // they meet often
        for (int i = 0; i < 4; i++) {
            child(compiled, i % 2 == 0 ? "put" : "putAll", "p" + i, Integer.toString(each));
        }
        List<Path> ledgers = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            ledgers.add(directory.resolve("ledger-" + i));
            child(compiled, i % 2 == 0 ? "consume" : "drain", ledgers.get(i).toString());
        }
        beginAll();
        children.subList(0, 4).forEach(TestJvm::awaitSuccess);
        queue.shutdown();
        children.forEach(TestJvm::awaitSuccess);
        assertExactlyOnceAndInOrder(read(ledgers), 4, each);
        assertThat(queue.stats().put()).isEqualTo(4 * each);
        assertThat(queue.stats().taken()).isEqualTo(4 * each);
        assertThat(queue.qsize()).isZero();
    }

    private static List<List<String>> read(List<Path> ledgers) throws IOException {
        List<List<String>> got = new ArrayList<>();
        for (Path ledger : ledgers) {
            got.add(Files.readAllLines(ledger));
        }
        return got;
    }

    @Tag("once")
    @Test
    void shouldServeTwentyProcesses() throws Exception {
        useQueueOf(50);
        int each = 200;
        List<Path> ledgers = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            child("put", "p" + i, Integer.toString(each));
        }
        for (int i = 0; i < 10; i++) {
            ledgers.add(directory.resolve("ledger-" + i));
            child("consume", ledgers.get(i).toString());
        }
        beginAll();
        children.subList(0, 10).forEach(TestJvm::awaitSuccess);
        queue.shutdown();
        children.forEach(TestJvm::awaitSuccess);
        assertExactlyOnceAndInOrder(read(ledgers), 10, each);
    }

    // ---- how an anonymous queue ends --------------------------------------------------------------------------------

    @Test
    void shouldStayWhileCreatorLivesAndGoWithIt() throws Exception {
        try (TestJvm creator = creator("close")) {
            Path place = place(creator);
            TestJvm visitor = child("look");
            begin(visitor);
            visitor.awaitSuccess();
            assertThat(place).exists();
            creator.send("");
            creator.awaitSuccess();
            assertThat(place).doesNotExist();
        }
    }

    @Test
    void shouldGoWhenCreatorEndsWithoutClosing() throws Exception {
        try (TestJvm creator = creator("exit")) {
            Path place = place(creator);
            SharedQueue<String> member = QueueProgram.attach(handle.toString());
            toClose.add(member);
            assertThat(member.get()).isEqualTo("from the creator");
            Task<String> get = Task.start(member::get).expectToWait();
            creator.send("");
            creator.awaitSuccess();
            assertThat(place).doesNotExist();
            assertThat(get.awaitFailure()).isInstanceOf(QueueClosedException.class);
        }
    }

    @Test
    void shouldStayAfterKillOfCreatorUntilLastMemberLeaves() throws Exception {
        try (TestJvm creator = creator("exit")) {
            Path place = place(creator);
            SharedQueue<String> member = QueueProgram.attach(handle.toString());
            toClose.add(member);
            creator.kill();
            runNextProgram();
            assertThat(place).as("there is a member").exists();
            assertThat(member.get()).isEqualTo("from the creator");
            member.put("a");
            assertThat(member.get()).isEqualTo("a");
            member.close();
            assertThat(place).as("the last member has left").doesNotExist();
        }
    }

    @Test
    void shouldBeRemovedByTheNextProgramWhenAllMembersWereKilled() throws Exception {
        try (TestJvm creator = creator("exit")) {
            Path place = place(creator);
            TestJvm member = child("get");
            begin(member);
            member.awaitLine("done");
            TestJvm other = child("look");
            other.awaitLine("ready");
            creator.kill();
            assertThat(place).as("there is a member").exists();
            other.kill();
            runNextProgram();
            assertThat(place).doesNotExist();
        }
    }

    /** One that makes an anonymous queue of its own. */
    private void runNextProgram() {
        TestJvm next = TestJvm.start(
                Creator.class, getClass().getName(), directory.resolve("next").toString(), "close");
        children.add(next);
        next.awaitLine("place");
        next.send("");
        next.awaitSuccess();
    }

    private TestJvm creator(String end) {
        handle = directory.resolve("handle-of-creator");
        TestJvm creator = TestJvm.start(Creator.class, getClass().getName(), handle.toString(), end);
        children.add(creator);
        return creator;
    }

    private static Path place(TestJvm creator) {
        return Path.of(creator.awaitLine("place ").substring("place ".length()));
    }

    /** Creates an anonymous queue as the contract of that name does, passes it on, and ends when told to. */
    static final class Creator {
        public static void main(String[] args) throws Exception {
            var constructor = Class.forName(args[0]).getDeclaredConstructor();
            constructor.setAccessible(true);
            SharedQueueProcessContract contract = (SharedQueueProcessContract) constructor.newInstance();
            SharedQueue<String> queue = contract.create(Codec.utf8(), SharedQueueContract.UNBOUNDED);
            queue.put("from the creator", Duration.ofSeconds(60));
            Files.write(Path.of(args[1]), SharedQueueContract.serialize(queue));
            System.out.println("place " + contract.place(queue));
            System.in.read();
            if (args[2].equals("close")) {
                queue.close();
            }
        }
    }
}
