// SPDX-License-Identifier: Apache-2.0
package io.ipcq.memory;

import static io.ipcq.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ipcq.TestJvm;
import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MembersCrashIT extends SharedPageFixture {

    /** Joins, says its number, and leaves when told to. */
    static final class Member {
        public static void main(String[] args) throws IOException {
            try (SharedPage page = SharedPage.open(args[0])) {
                System.out.println("number " + page.members.number());
                System.out.println("alive " + page.members.countAlive());
                System.in.read();
            }
            System.out.println("left");
            System.in.read();
        }
    }

    private static int number(TestJvm member) {
        return Integer.parseInt(member.awaitLine("number ").substring("number ".length()));
    }

    @Test
    void shouldSeeProcessUntilItIsKilled() {
        try (TestJvm member = TestJvm.start(Member.class, directory.toString())) {
            int number = number(member);
            assertThat(member.awaitLine("alive")).isEqualTo("alive 2");
            assertThat(page.members.isAlive(number)).isTrue();
            member.stop();
            assertThat(page.members.isAlive(number)).isTrue();
            member.kill();
            assertThat(page.members.isAlive(number)).isFalse();
            assertThat(page.members.anyOtherAlive()).isFalse();
        }
    }

    @Test
    void shouldKeepLocksWhenSomebodyOnlyAsks() throws IOException {
        assertThat(Members.anyAlive(SharedPage.lockFile(directory), page.region, SharedPage.MEMBERS_OFFSET))
                .isTrue();
        SharedPage.open(directory.toString()).close();
        try (TestJvm member = TestJvm.start(Member.class, directory.toString())) {
            assertThat(member.awaitLine("alive")).isEqualTo("alive 2");
        }
    }

    @Test
    void shouldSeeProcessLeave() {
        try (TestJvm member = TestJvm.start(Member.class, directory.toString())) {
            int number = number(member);
            assertThat(page.members.countAlive()).isEqualTo(2);
            member.send("");
            member.awaitLine("left");
            assertThat(page.members.isAlive(number)).isFalse();
        }
    }

    @Test
    void shouldSeeMemberOfAnotherPidNamespace() {
        assumeTrue(canUnshare());
        List<String> unshare = List.of("unshare", "--pid", "--fork", "--kill-child");
        try (TestJvm member = TestJvm.startThrough(unshare, List.of(), Member.class, directory.toString())) {
            int number = number(member);
            assertThat(member.awaitLine("alive")).isEqualTo("alive 2");
            assertThat(page.members.isAlive(number)).isTrue();
            ProcessHandle java = ProcessHandle.of(member.pid())
                    .orElseThrow()
                    .children()
                    .findFirst()
                    .orElseThrow();
            java.destroyForcibly();
            member.exitCode();
            assertThat(page.members.isAlive(number)).isFalse();
        }
    }

    /** Holds the mutex; copies and reads all there is, in every way, when told to. */
    static final class Copier {
        public static void main(String[] args) throws IOException {
            try (SharedPage page = SharedPage.open(args[0])) {
                page.members.secure();
                page.mutex.lock();
                System.out.println("number " + page.members.number());
                System.in.read();
                readAll(page.directory);
                System.out.println("copied");
                System.in.read();
                page.mutex.unlock();
                System.out.println("unlocked");
                System.in.read();
            }
        }

        private static void readAll(Path directory) throws IOException {
            Path target = Files.createDirectory(directory.resolve("copy"));
            try (Stream<Path> files = Files.list(directory).filter(Files::isRegularFile);
                    ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(target.resolve("zip")))) {
                for (Path file : (Iterable<Path>) files::iterator) {
                    Files.copy(file, target.resolve(file.getFileName()));
                    Files.readAllBytes(file);
                    new FileInputStream(file.toFile()).close();
                    new RandomAccessFile(file.toFile(), "rw").close();
                    FileChannel.open(file).close();
                    zip.putNextEntry(new ZipEntry(file.getFileName().toString()));
                    Files.copy(file, zip);
                }
            }
        }
    }

    /**
     * Without native calls those who ask wait for an answer, and take a process for dead that gets no turn for so long
     * right after it has read its files: so they ask until it has had its turn.
     */
    private void awaitAnswer(String nativeCalls, int number) {
        if (nativeCalls.equals("off")) {
            await().until(() -> page.members.isAlive(number));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"on", "off"})
    void shouldSeeProcessThatCopiesItsFiles(String nativeCalls) throws InterruptedException {
        try (TestJvm copier =
                TestJvm.start(List.of("-Dipcq.native=" + nativeCalls), Copier.class, directory.toString())) {
            int number = number(copier);
            copier.send("");
            copier.awaitLine("copied");
            awaitAnswer(nativeCalls, number);
            assertThat(page.members.isAlive(number)).isTrue();
            assertThat(page.members.anyOtherAlive()).isTrue();
            assertThat(page.members.countAlive()).isEqualTo(2);
            long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(200);
            assertThat(page.mutex.lock(deadline)).isEqualTo(RobustMutex.Acquisition.TIMED_OUT);
            copier.send("");
            copier.awaitLine("unlocked");
            assertThat(page.mutex.lock()).isEqualTo(RobustMutex.Acquisition.ACQUIRED);
            copier.kill();
            assertThat(page.members.isAlive(number)).isFalse();
            assertThat(page.members.countAlive()).isEqualTo(1);
        }
        page.mutex.unlock();
    }

    @Test
    void shouldFindSomebodyWhoCopiesItsFiles() throws IOException {
        int number = page.members.number();
        page.members.secure();
        Path file = SharedPage.lockFile(directory);
        FileChannel.open(file).close();
        try (TestJvm asking = TestJvm.start(Asking.class, directory.toString(), Integer.toString(number))) {
            assertThat(asking.awaitLine("any")).isEqualTo("any true");
        }
    }

    /** Asks without being a member. */
    static final class Asking {
        public static void main(String[] args) throws IOException {
            Path directory = Path.of(args[0]);
            MappedRegion region = MappedRegion.open(directory.resolve("page"), SharedPage.FORMAT);
            System.out.println(
                    "any " + Members.anyAlive(SharedPage.lockFile(directory), region, SharedPage.MEMBERS_OFFSET));
        }
    }

    @Test
    void shouldSecureThoseWhoJoinedBeforeNativeCallsWereLoaded() {
        try (TestJvm member = TestJvm.start(Member.class, directory.toString())) {
            int number = number(member);
            await().until(member::hasDescriptorLock);
            assertThat(page.members.isAlive(number)).isTrue();
            member.send("");
            member.awaitLine("left");
            assertThat(page.members.isAlive(number)).isFalse();
            assertThat(member.hasDescriptorLock()).isFalse();
        }
    }

    private static boolean canUnshare() {
        try {
            return new ProcessBuilder("unshare", "--pid", "--fork", "true")
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException | InterruptedException e) {
            return false;
        }
    }

    /**
     * Loads the classes twice; each copy joins, the second leaves, the first stays, and then somebody copies the files.
     */
    static final class TwoClassLoaders {
        public static void main(String[] args) throws Exception {
            try (URLClassLoader one = loader();
                    URLClassLoader two = loader()) {
                AutoCloseable first = join(one, args[0]);
                AutoCloseable second = join(two, args[0]);
                System.out.println("joined " + number(first) + " " + number(second));
                second.close();
                System.out.println("second left");
                System.in.read();
                Copier.readAll(Path.of(args[0]));
                System.out.println("copied");
                System.in.read();
                first.close();
                System.out.println("first left");
                System.in.read();
            }
        }

        private static URLClassLoader loader() throws Exception {
            List<URL> urls = new ArrayList<>();
            for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
                urls.add(Path.of(entry).toUri().toURL());
            }
            return new URLClassLoader(urls.toArray(URL[]::new), ClassLoader.getPlatformClassLoader());
        }

        private static AutoCloseable join(ClassLoader loader, String directory) throws Exception {
            var open = loader.loadClass(SharedPage.class.getName()).getDeclaredMethod("open", String.class);
            open.setAccessible(true);
            AutoCloseable page = (AutoCloseable) open.invoke(null, directory);
            call(page, "secure");
            return page;
        }

        private static Object number(AutoCloseable page) throws Exception {
            return call(page, "number");
        }

        private static Object call(AutoCloseable page, String method) throws Exception {
            var members = page.getClass().getDeclaredField("members");
            members.setAccessible(true);
            Object value = members.get(page);
            return value.getClass().getMethod(method).invoke(value);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"on", "off"})
    void shouldKeepLockWhenAnotherClassLoaderLeaves(String nativeCalls) {
        try (TestJvm twice =
                TestJvm.start(List.of("-Dipcq.native=" + nativeCalls), TwoClassLoaders.class, directory.toString())) {
            assertThat(twice.awaitLine("joined")).isEqualTo("joined 2 3");
            twice.awaitLine("second left");
            assertThat(page.members.isAlive(2)).isTrue();
            assertThat(page.members.isAlive(3)).isFalse();
            twice.send("");
            twice.awaitLine("copied");
            awaitAnswer(nativeCalls, 2);
            assertThat(page.members.isAlive(2)).isTrue();
            twice.send("");
            twice.awaitLine("first left");
            assertThat(page.members.isAlive(2)).isFalse();
        }
    }
}
