namespace Dbt.Runtime.Devices;

/// <summary>A port that bytes leave and enter one by one.</summary>
public interface ISerialPort
{
    /// <summary>A byte left the port.</summary>
    event Action<byte>? Transmitted;

    /// <summary>A byte from outside has come to where the guest reads it.</summary>
    event Action? Received;

    /// <summary>Lets a byte in from outside; call it from the machine's thread.</summary>
    void Receive(byte value);
}
