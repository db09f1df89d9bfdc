// SPDX-License-Identifier: Apache-2.0
package io.ipcq.test;

import java.nio.channels.FileLock;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.Lock;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.Handle;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;

/**
 * Puts a call of {@link FaultPoints#pass} wherever a class enters a method, leaves what is woven, comes back, or
 * allocates.
 */
final class FaultWeaver extends ClassVisitor {

    private static final int API = Opcodes.ASM9;
    private static final String POINTS = Type.getInternalName(FaultPoints.class);
    private static final String OURS = "io/ipcq/";
    private static final String STATIC_INITIALISER = "<clinit>";

    /** What the compiler makes instructions of: it neither calls nor allocates; and what might as well be one. */
    private static final Set<String> INSTRUCTIONS = Set.of(
            "java/lang/invoke/VarHandle",
            "java/lang/Math",
            "java/lang/ref/Reference.reachabilityFence",
            "java/util/Deque.isEmpty",
            "java/util/Deque.size",
            "java/util/Deque.element",
            "java/util/Deque.remove",
            "java/util/Queue.poll",
            "java/util/concurrent/atomic/AtomicReference.compareAndSet",
            "java/util/concurrent/atomic/AtomicReference.get",
            "java/util/concurrent/atomic/AtomicReference.set",
            "java/util/List.get",
            "java/util/List.set",
            "java/util/List.size",
            "java/util/concurrent/locks/ReentrantLock.isHeldByCurrentThread");

    /**
     * Methods of ours that are called with a reserve of stack, which was asked for before there was anything to give
     * back.
     */
    private static final Set<String> GIVING_BACK = Set.of(
            "close",
            "unlock",
            "thenUnlock",
            "abandon",
            "signalTaken",
            "decode",
            "signalDone",
            "keep",
            "takeBack",
            "addTo",
            "removeFirst",
            "countRefused",
            "completeAll",
            "giveBackReading");

    /** What a queue hands over is nowhere else then, as what was taken of a collection. */
    private static final Set<String> HANDING_OVER =
            Set.of("io/ipcq/queue/SharedQueue.get", "io/ipcq/queue/DurableQueue.receive");

    /** What they return may have to be closed. */
    private static final Set<String> SYSTEM_CALLS = Set.of("com/kenai/jffi/Invoker", "java/lang/invoke/MethodHandle");

    private final List<String> packages;
    private String type = "";
    private boolean isCalledBack;
    private boolean isThread;

    private FaultWeaver(ClassVisitor next, List<String> packages) {
        super(API, next);
        this.packages = packages;
    }

    /** @param packages those that are woven, as {@code io/ipcq/queue/} */
    static byte[] weave(byte[] bytes, List<String> packages) {
        ClassReader reader = new ClassReader(bytes);
        // nothing that is put in branches or lasts, so the frames stay as they are
        ClassWriter writer = new ClassWriter(reader, ClassWriter.COMPUTE_MAXS);
        reader.accept(new FaultWeaver(writer, packages), 0);
        return writer.toByteArray();
    }

    @Override
    public void visit(
            int version,
            int access,
            String name,
            @Nullable String signature,
            @Nullable String parent,
            String @Nullable [] interfaces) {
        type = name;
        isThread = "java/lang/Thread".equals(parent)
                || interfaces != null && Stream.of(interfaces).anyMatch("java/lang/Runnable"::equals);
        isCalledBack = interfaces != null && Stream.of(interfaces).anyMatch(FaultWeaver::isForeign);
        super.visit(version, access, name, signature, parent, interfaces);
    }

    @Override
    public MethodVisitor visitMethod(
            int access, String name, String descriptor, @Nullable String signature, String @Nullable [] exceptions) {
        MethodVisitor next = super.visitMethod(access, name, descriptor, signature, exceptions);
        if (name.equals(STATIC_INITIALISER)) {
            return new Initialiser(next);
        }
        // a bridge only calls on
        return isCalledBack || (access & Opcodes.ACC_BRIDGE) != 0
                ? next
                : new Points(
                        next,
                        shortName(type) + "." + name,
                        !GIVING_BACK.contains(name) && !(isThread && name.equals("run")));
    }

    /** Whether it has points of its own; what only throws needs none. */
    private boolean isWoven(String name) {
        return packages.stream().anyMatch(name::startsWith)
                || name.startsWith(OURS) && name.indexOf('/', OURS.length()) < 0;
    }

    private static boolean isForeign(String name) {
        return !name.startsWith(OURS) && !name.startsWith("java/");
    }

    private static boolean isClose(String name, String descriptor) {
        return name.equals("close") && descriptor.equals("()V");
    }

    private static String shortName(String internalName) {
        return internalName.substring(internalName.lastIndexOf('/') + 1);
    }

    /** What the class's initialiser does, and whatever it calls, has no points. */
    private static final class Initialiser extends MethodVisitor {

        Initialiser(MethodVisitor next) {
            super(API, next);
        }

        @Override
        public void visitCode() {
            super.visitCode();
            super.visitMethodInsn(Opcodes.INVOKESTATIC, POINTS, "enterInitialiser", "()V", false);
        }

        @Override
        public void visitInsn(int opcode) {
            if (opcode == Opcodes.RETURN) {
                super.visitMethodInsn(Opcodes.INVOKESTATIC, POINTS, "leaveInitialiser", "()V", false);
            }
            super.visitInsn(opcode);
        }
    }

    private final class Points extends MethodVisitor {

        private final String method;
        private final boolean atEntry;
        private int line;

        Points(MethodVisitor next, String method, boolean atEntry) {
            super(API, next);
            this.method = method;
            this.atEntry = atEntry;
        }

        private void pass(String where) {
            super.visitLdcInsn(FaultPoints.register(method + (line == 0 ? "" : ":" + line) + " " + where));
            super.visitMethodInsn(Opcodes.INVOKESTATIC, POINTS, "pass", "(I)V", false);
        }

        @Override
        public void visitCode() {
            super.visitCode();
            if (atEntry) {
                pass("at its entry");
            }
        }

        @Override
        public void visitLineNumber(int number, Label start) {
            line = number;
            super.visitLineNumber(number, start);
        }

        @Override
        public void visitMethodInsn(int opcode, String owner, String name, String descriptor, boolean isInterface) {
            boolean away =
                    !isWoven(owner) && !INSTRUCTIONS.contains(owner) && !INSTRUCTIONS.contains(owner + "." + name);
            String callee = shortName(owner) + "." + name;
            if (away && !givesBack(owner, name)) {
                pass("before " + callee);
            }
            super.visitMethodInsn(opcode, owner, name, descriptor, isInterface);
            if (away && !takes(owner, name, descriptor)) {
                pass("after " + callee);
            }
        }

        private boolean takes(String owner, String name, String descriptor) {
            boolean locks = isA(owner, Lock.class) && name.matches("lock.*|tryLock");
            String result = name.equals("<init>") ? owner : internalName(Type.getReturnType(descriptor));
            return locks
                    || isA(result, AutoCloseable.class)
                    || SYSTEM_CALLS.contains(owner)
                    || HANDING_OVER.contains(owner + "." + name);
        }

        private boolean givesBack(String owner, String name) {
            return isA(owner, Lock.class) && name.equals("unlock")
                    || isA(owner, FileLock.class) && name.equals("release")
                    || isA(owner, AutoCloseable.class) && isClose(name, "()V");
        }

        private String internalName(Type type) {
            return type.getSort() == Type.OBJECT ? type.getInternalName() : "";
        }

        private boolean isA(String name, Class<?> type) {
            if (name.isEmpty() || name.startsWith("[") || isWoven(name)) {
                return false;
            }
            try {
                return type.isAssignableFrom(
                        Class.forName(name.replace('/', '.'), false, FaultWeaver.class.getClassLoader()));
            } catch (ClassNotFoundException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public void visitInvokeDynamicInsn(String name, String descriptor, Handle bootstrap, Object... arguments) {
            pass("before a lambda or text");
            super.visitInvokeDynamicInsn(name, descriptor, bootstrap, arguments);
        }

        @Override
        public void visitTypeInsn(int opcode, String type) {
            if (opcode == Opcodes.ANEWARRAY) {
                pass("before new array");
            }
            super.visitTypeInsn(opcode, type);
            if (opcode == Opcodes.NEW) {
                // not before it: the frames name the place of this instruction
                pass("before new " + shortName(type));
            }
        }

        @Override
        public void visitIntInsn(int opcode, int operand) {
            if (opcode == Opcodes.NEWARRAY) {
                pass("before new array");
            }
            super.visitIntInsn(opcode, operand);
        }

        @Override
        public void visitMultiANewArrayInsn(String descriptor, int dimensions) {
            pass("before new array");
            super.visitMultiANewArrayInsn(descriptor, dimensions);
        }
    }
}
