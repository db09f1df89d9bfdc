// SPDX-License-Identifier: Apache-2.0
package io.ipcq.memory;

import com.kenai.jffi.CallContext;
import com.kenai.jffi.Invoker;
import com.kenai.jffi.Library;
import com.kenai.jffi.MemoryIO;
import com.kenai.jffi.Type;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * System calls through jffi, for Java 17 to 21.
 *
 * <p>jffi unpacks its library and loads it from there: here in a directory of this user's alone, which is removed then.
 * What the user set by {@code jffi.extract.dir} or {@code jffi.boot.library.path} goes first.
 */
final class JffiCall implements Kernel.SystemCall {

    private static final String EXTRACT_DIRECTORY = "jffi.extract.dir";

    private final long function;
    private final CallContext context;
    private final Invoker invoker;
    private final MemoryIO memory;

    JffiCall() throws IOException {
        unpackLibrary();
        function = Library.getDefault().getSymbolAddress("syscall");
        if (function == 0) {
            throw new UnsatisfiedLinkError("the C library has no function syscall");
        }
        context = new CallContext(Type.SINT64, Type.SINT64, Type.SINT64, Type.SINT64, Type.SINT64, Type.SINT64);
        invoker = Invoker.getInstance();
        memory = MemoryIO.getInstance();
    }

    /**
     * Left alone, jffi would unpack it where others may exchange it before it is loaded, or into the working directory.
     */
    private static void unpackLibrary() throws IOException {
        if (System.getProperty(EXTRACT_DIRECTORY) != null) {
            return;
        }
        Path directory = PrivateFiles.createRandomDirectory(PrivateFiles.temporaryDirectory(), "ipcq-native-");
        System.setProperty(EXTRACT_DIRECTORY, directory.toString());
        try {
            Library.getDefault();
        } finally {
            System.clearProperty(EXTRACT_DIRECTORY);
            DirectoryHandle.delete(directory);
        }
    }

    @Override
    public long invoke(long number, long first, long second, long third, long fourth) {
        return invoker.invokeL5NoErrno(context, function, number, first, second, third, fourth);
    }

    @Override
    public long addressOf(ByteBuffer directBuffer) {
        return memory.getDirectBufferAddress(directBuffer);
    }
}
