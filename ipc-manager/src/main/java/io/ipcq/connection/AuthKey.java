// SPDX-License-Identifier: Apache-2.0
package io.ipcq.connection;

import io.ipcq.memory.PrivateFiles;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Objects;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import javax.security.auth.Destroyable;
import org.jspecify.annotations.Nullable;

/**
 * The secret that both ends of a connection prove that they know; Python's {@code authkey}. It never appears in text.
 *
 * <p>There is no default key, and none shorter than {@value Limits#KEY_BYTES} bytes. Give it to another process in a
 * {@linkplain #save file} of your own, or as an argument of a child process; never on a command line.
 *
 * <p>Thread-safe: immutable, until it is {@linkplain #destroy destroyed}. Process-safe: serializable; whoever reads the
 * stream has the key. It lives in memory only, unless it is saved.
 */
public final class AuthKey implements Serializable, Destroyable {

    private static final long serialVersionUID = 1L;

    private static final int RANDOM_BYTES = 32;
    private static final int MAX_FILE_BYTES = 4096;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final byte[] secret;
    private transient volatile boolean destroyed;

    private AuthKey(byte[] secret) {
        this.secret = secret;
    }

    /** A new key of 32 random bytes. */
    public static AuthKey random() {
        byte[] secret = new byte[RANDOM_BYTES];
        RANDOM.nextBytes(secret);
        return new AuthKey(secret);
    }

    /**
     * A key that is known elsewhere. The array is copied; clear it if you can.
     *
     * @throws IllegalArgumentException if it is shorter than {@value Limits#KEY_BYTES} bytes
     */
    public static AuthKey of(byte[] secret) {
        if (secret.length < Limits.KEY_BYTES) {
            throw new IllegalArgumentException("key is too short: bytes=" + secret.length + ", at least="
                    + Limits.KEY_BYTES + "; use AuthKey.random(), or AuthKey.ofPythonKey for a peer that has no other");
        }
        return new AuthKey(secret.clone());
    }

    /**
     * A key of any length but zero, for a Python peer whose key cannot be changed. A short key can be guessed by anyone
     * who has seen one handshake.
     *
     * @throws IllegalArgumentException if it is empty
     */
    public static AuthKey ofPythonKey(byte[] secret) {
        if (secret.length == 0) {
            throw new IllegalArgumentException("key is empty: use AuthKey.random()");
        }
        return new AuthKey(secret.clone());
    }

    /**
     * The key in a file that {@link #save} made, or that holds its raw bytes.
     *
     * @throws IOException if others may read the file, or could have put it there; or it is no key
     */
    public static AuthKey load(Path file) throws IOException {
        if (PrivateFiles.isPosix(file)) {
            String objection = OwnFiles.objection(file);
            if (objection == null) {
                objection = PrivateFiles.objectionAbove(file);
            }
            if (objection != null) {
                throw new IOException("the key file is not this user's alone: file=" + file + ": " + objection
                        + "; make a new key, with mode 0600, in a directory of your own");
            }
        }
        long size = Files.size(file);
        if (size > MAX_FILE_BYTES) {
            throw new IOException("this is no key file: file=" + file + ", bytes=" + size);
        }
        byte[] secret = Files.readAllBytes(file);
        try {
            return of(secret);
        } catch (IllegalArgumentException e) {
            throw new IOException("file=" + file + ": " + e.getMessage());
        } finally {
            Arrays.fill(secret, (byte) 0);
        }
    }

    /**
     * Writes the raw bytes into a new file that only this user can read. It is there as a whole or not at all.
     *
     * @throws java.nio.file.FileAlreadyExistsException if there is such a file; it is left as it was
     */
    public void save(Path file) throws IOException {
        byte[] intact = copy();
        Path directory = Objects.requireNonNull(file.toAbsolutePath().getParent(), "a key file needs a directory");
        Path whole = PrivateFiles.isPosix(file)
                ? Files.createTempFile(
                        directory, ".ipcq-key-", null, PosixFilePermissions.asFileAttribute(OwnFiles.FILE_MODE))
                : Files.createTempFile(directory, ".ipcq-key-", null);
        try {
            Files.write(whole, intact, StandardOpenOption.WRITE, StandardOpenOption.SYNC);
            if (PrivateFiles.isPosix(file)) {
                Files.createLink(file, whole); // a move would replace what another process has just saved there
            } else {
                Files.move(whole, file);
            }
        } finally {
            Arrays.fill(intact, (byte) 0);
            Files.deleteIfExists(whole);
        }
    }

    /**
     * Clears the key from the memory of this process. It cannot clear copies that the garbage collector made when it
     * moved the key, or that Java's MAC made when it signed. Open connections go on. Connecting with this object fails.
     */
    @Override
    public void destroy() {
        synchronized (secret) {
            destroyed = true;
            Arrays.fill(secret, (byte) 0);
        }
    }

    @Override
    public boolean isDestroyed() {
        return destroyed;
    }

    /** A copy of the bytes, or none if they are cleared. The caller has to clear it. */
    private byte[] copy() {
        synchronized (secret) {
            if (destroyed) {
                throw new IllegalStateException("the key was destroyed in this process; load it again");
            }
            return secret.clone();
        }
    }

    byte[] sign(String algorithm, byte[] message) {
        byte[] intact = copy();
        try {
            Mac mac = Mac.getInstance(algorithm);
            mac.init(new SecretKeySpec(intact, algorithm));
            return mac.doFinal(message);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no " + algorithm, e);
        } finally {
            Arrays.fill(intact, (byte) 0);
        }
    }

    private void writeObject(ObjectOutputStream out) throws IOException {
        byte[] intact = copy();
        try {
            out.putFields().put("secret", intact);
            out.writeFields();
        } finally {
            Arrays.fill(intact, (byte) 0);
        }
    }

    /** A key that was destroyed is equal to itself only. */
    @Override
    public boolean equals(@Nullable Object other) {
        if (this == other) {
            return true;
        }
        return other instanceof AuthKey key
                && MessageDigest.isEqual(secret, key.secret)
                && !destroyed
                && !key.destroyed;
    }

    /** A hash that depends on nothing in the key, so it stays the same when the key is destroyed. */
    @Override
    public int hashCode() {
        return secret.length;
    }

    @Override
    public String toString() {
        return "AuthKey[hidden]";
    }
}
