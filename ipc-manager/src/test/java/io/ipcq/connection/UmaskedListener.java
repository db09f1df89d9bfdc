// SPDX-License-Identifier: Apache-2.0
package io.ipcq.connection;

import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** Makes a socket and a key file below a directory, and prints what they may be used for; run with a umask. */
final class UmaskedListener {

    private UmaskedListener() {}

    public static void main(String[] args) throws Exception {
        Path directory = Path.of(args[0]);
        Path socket = directory.resolve("d/s");
        AuthKey key = AuthKey.random();
        key.save(directory.resolve("key"));
        Files.createFile(directory.resolve("plain"));
        try (Listener given = Listener.bind(UnixDomainSocketAddress.of(socket), key);
                Listener own = Listener.bind(key)) {
            Path privately = path(own);
            print(directory.resolve("plain"));
            print(directory.resolve("key"));
            print(path(given));
            print(directory.resolve("d/s.lock"));
            print(directory.resolve("d"));
            print(privately);
            print(privately.getParent());
            print(privately.getParent().getParent());
            System.out.println("in " + privately.getParent().getParent().getParent());
        }
    }

    private static Path path(Listener listener) {
        return ((UnixDomainSocketAddress) listener.address()).getPath();
    }

    private static void print(Path path) throws Exception {
        System.out.println(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)));
    }
}
