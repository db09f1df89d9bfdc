// SPDX-License-Identifier: Apache-2.0
package io.ipcq.connection;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.lang.reflect.Field;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AuthKeyTest {

    private static final String SECRET = "the secret of this test, 32 bytes";

    @TempDir
    Path directory;

    @Test
    void shouldComeBackFromItsFile() throws Exception {
        AuthKey key = AuthKey.random();
        Path file = directory.resolve("key");
        key.save(file);
        assertThat(AuthKey.load(file)).isEqualTo(key).isNotEqualTo(AuthKey.random());
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(directory).isDirectoryContaining(file::equals);
        assertThat(directory.toFile().list()).hasSize(1);
    }

    @Test
    void shouldLeaveAnotherKeyAlone() throws Exception {
        AuthKey first = AuthKey.random();
        Path file = directory.resolve("key");
        first.save(file);
        assertThatThrownBy(() -> AuthKey.random().save(file)).isInstanceOf(FileAlreadyExistsException.class);
        assertThat(AuthKey.load(file)).isEqualTo(first);
        assertThat(directory.toFile().list()).hasSize(1);
    }

    @Test
    void shouldRefuseFileThatOthersMayRead() throws Exception {
        Path file = directory.resolve("key");
        AuthKey.random().save(file);
        for (String permissions : new String[] {"rw-r-----", "rw----r--", "rw--w----"}) {
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
            assertThatThrownBy(() -> AuthKey.load(file))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("permissions=" + permissions);
        }
    }

    @Test
    void shouldRefuseFileThatOthersCouldHavePutThere() throws Exception {
        Path file = directory.resolve("d/key");
        Files.createDirectory(file.getParent());
        AuthKey.random().save(file);
        Path link = Files.createSymbolicLink(directory.resolve("link"), file);
        assertThatThrownBy(() -> AuthKey.load(link))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("it is a symbolic link");
        Files.setPosixFilePermissions(file.getParent(), PosixFilePermissions.fromString("rwxrwxrwx"));
        assertThatThrownBy(() -> AuthKey.load(file))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("others may exchange what is in a directory above it");
        Files.setPosixFilePermissions(file.getParent(), PosixFilePermissions.fromString("rwx------"));
        assumeTrue(Integer.valueOf(0).equals(Files.getAttribute(directory, "unix:uid")), "only root gives files away");
        Files.setAttribute(file, "unix:uid", 65534);
        assertThatThrownBy(() -> AuthKey.load(file))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("it belongs to another user");
    }

    @Test
    void shouldBeGoneWhenDestroyed() throws Exception {
        AuthKey key = AuthKey.random();
        try (Listener listener = Listener.bind(key);
                Connection client = Connection.connect(listener.address(), key);
                Connection server = listener.accept()) {
            key.destroy();
            assertThat(key.isDestroyed()).isTrue();
            client.sendBytes(new byte[3]);
            assertThat(server.recvBytes()).hasSize(3);
            assertThatThrownBy(() -> Connection.connect(listener.address(), key))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("the key was destroyed");
        }
        assertThat(secret(key)).containsOnly(0);
        assertThat(key).isEqualTo(key).isNotEqualTo(AuthKey.of(new byte[32])).hasSameHashCodeAs(AuthKey.random());
        assertThatThrownBy(() -> key.save(directory.resolve("key"))).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> new ObjectOutputStream(new ByteArrayOutputStream()).writeObject(key))
                .isInstanceOf(IllegalStateException.class);
    }

    private static byte[] secret(AuthKey key) throws ReflectiveOperationException {
        Field field = AuthKey.class.getDeclaredField("secret");
        field.setAccessible(true);
        return (byte[]) field.get(key);
    }

    /** Whoever uses a key while it is destroyed gets what the whole key gives, or an exception. */
    @Test
    void shouldNeverBeUsedHalfDestroyed() throws Exception {
        byte[] bytes = new byte[4096]; // a long one is half destroyed for long
        Arrays.fill(bytes, (byte) 7);
        byte[] expected = AuthKey.of(bytes).sign("HmacSHA256", new byte[3]);
        for (int round = 0; round < 300; round++) {
            AuthKey key = AuthKey.of(bytes);
            CountDownLatch ready = new CountDownLatch(2);
            FutureTask<byte[]> signing = ConnectionTest.inThread(() -> {
                meet(ready);
                return key.sign("HmacSHA256", new byte[3]);
            });
            meet(ready);
            key.destroy();
            try {
                assertThat(signing.get()).as("round=%d", round).isEqualTo(expected);
            } catch (ExecutionException e) {
                assertThat(e).hasCauseInstanceOf(IllegalStateException.class);
            }
        }
    }

    private static void meet(CountDownLatch ready) {
        ready.countDown();
        while (ready.getCount() > 0) {
            Thread.onSpinWait();
        }
    }

    @Test
    void shouldRefuseFileOfTheWrongSize() throws Exception {
        Path file = directory.resolve("key");
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(file, "short");
        assertThatThrownBy(() -> AuthKey.load(file))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("bytes=5")
                .hasMessageNotContaining("short,");
        Files.write(file, new byte[4097]);
        assertThatThrownBy(() -> AuthKey.load(file))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("this is no key file");
    }

    @Test
    void shouldRefuseShortKey() {
        assertThatThrownBy(() -> AuthKey.of(new byte[15]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("bytes=15, at least=16");
        assertThatThrownBy(() -> AuthKey.ofPythonKey(new byte[0])).isInstanceOf(IllegalArgumentException.class);
        assertThat(AuthKey.of(new byte[16])).isNotNull();
    }

    @Test
    void shouldNeverPrintItself() throws Exception {
        AuthKey key = AuthKey.of(SECRET.getBytes(US_ASCII));
        assertThat(key.toString()).isEqualTo("AuthKey[hidden]");
        try (Listener listener = Listener.bind(key)) {
            assertThat(listener.toString()).doesNotContain("secret");
            assertThatThrownBy(() -> Connection.connect(listener.address(), AuthKey.random()))
                    .isInstanceOf(AuthenticationException.class)
                    .hasMessageNotContaining("secret");
        }
    }

    @Test
    void shouldNotSeeLaterChangesOfItsArray() {
        byte[] secret = SECRET.getBytes(US_ASCII);
        AuthKey key = AuthKey.of(secret);
        secret[0]++;
        assertThat(key).isEqualTo(AuthKey.of(SECRET.getBytes(US_ASCII))).isNotEqualTo(AuthKey.of(secret));
    }

    @Test
    void shouldTravelAsArgument() throws Exception {
        AuthKey key = AuthKey.random();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(key);
        }
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            assertThat(in.readObject()).isEqualTo(key);
        }
    }
}
