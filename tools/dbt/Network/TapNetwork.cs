using System.IO.Pipes;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Text;
using Dbt.Runtime;
using Microsoft.Win32.SafeHandles;

namespace Dbt.Tool.Network;

/// <summary>
/// A cable to an interface of the host's own (Linux: Documentation/networking/tuntap.rst): what it does with frames,
/// routing, a bridge, is the host's business.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed partial class TapNetwork : LiveNetwork
{
    /// <summary>The longest name that an interface can have.</summary>
    public const int LongestName = 15;

    private const string Device = "/dev/net/tun";

    // TUNSETIFF, and of its flags IFF_TAP and IFF_NO_PI: frames, with nothing before them (linux/if_tun.h).
    private const nuint SetInterfaceRequest = 0x4004_54ca;
    private const short TapWithoutHeader = 0x1002;
    private const int RequestBytes = 40, FlagsAt = 16;
    private const int NotPermitted = 1, Busy = 16;
    private const int LongestFrame = 1 << 16;

    private readonly SafeFileHandle _device;
    private readonly AnonymousPipeServerStream _endReader = new(PipeDirection.In);
    private readonly AnonymousPipeClientStream _endWriter;
    private readonly Thread _thread;

    /// <summary>Takes an interface, or makes one.</summary>
    /// <param name="name">Its name.</param>
    /// <exception cref="GuestSetupException">It cannot be had, in one line that says why.</exception>
    public TapNetwork(string name)
    {
        _endWriter = new AnonymousPipeClientStream(PipeDirection.Out, _endReader.ClientSafePipeHandle);
        _device = Open(name);
        _thread = new Thread(Read) { IsBackground = true, Name = "network in" };
        _thread.Start();
    }

    /// <inheritdoc/>
    /// <remarks>While the interface is down, frames are lost.</remarks>
    public override void Send(ReadOnlySpan<byte> frame, long now) => WriteTo(_device, frame, (nuint)frame.Length);

    /// <inheritdoc/>
    public override void Dispose()
    {
        _endWriter.Dispose();
        _thread.Join();
        _device.Dispose();
        _endReader.Dispose();
    }

    private static SafeFileHandle Open(string name)
    {
        SafeFileHandle device;
        try
        {
            device = File.OpenHandle(Device, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new GuestSetupException(
                $"--net tap cannot open {Device} ({failure.Message.TrimEnd('.')}): --net user needs no rights",
                failure);
        }
        byte[] request = new byte[RequestBytes];
        Encoding.ASCII.GetBytes(name, request);
        BitConverter.TryWriteBytes(request.AsSpan(FlagsAt), TapWithoutHeader);
        if (SetInterface(device, SetInterfaceRequest, request) == 0)
            return device;
        int error = Marshal.GetLastPInvokeError();
        device.Dispose();
        throw new GuestSetupException($"--net tap cannot have the interface '{name}': " + error switch
        {
            NotPermitted => $"that is root's; 'sudo ip tuntap add {name} mode tap user $USER' gives it to you",
            Busy => "somebody else has it",
            _ => Marshal.GetPInvokeErrorMessage(error),
        });
    }

    private void Read()
    {
        byte[] frame = new byte[LongestFrame];
        PolledDescriptor[] polled =
        [
            new() { Descriptor = (int)_device.DangerousGetHandle(), Wanted = HostPoll.In },
            new() { Descriptor = (int)_endReader.SafePipeHandle.DangerousGetHandle(), Wanted = HostPoll.In },
        ];
        while (true)
        {
            bool isFound = HostPoll.Poll(polled, (nuint)polled.Length, -1) > 0;
            if (isFound && polled[1].Found != 0)
                return;
            if (!isFound)
                continue;
            int bytes = (int)ReadFrom(_device, frame, (nuint)frame.Length);
            // Where the interface was taken away, nothing comes any more.
            if (bytes <= 0)
                return;
            Deliver(frame[..bytes]);
        }
    }

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static partial int SetInterface(SafeFileHandle device, nuint number, [In, Out] byte[] request);

    [LibraryImport("libc", EntryPoint = "read")]
    private static partial nint ReadFrom(SafeFileHandle device, [In, Out] byte[] to, nuint bytes);

    [LibraryImport("libc", EntryPoint = "write")]
    private static partial nint WriteTo(SafeFileHandle device, ReadOnlySpan<byte> from, nuint bytes);
}
