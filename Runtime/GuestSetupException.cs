namespace Dbt.Runtime;

/// <summary>
/// A guest that cannot be run as asked: a broken image, too little memory, a missing package. The message is one
/// line that says what is wrong and what to do about it; it is all the user sees.
/// </summary>
public sealed class GuestSetupException : Exception
{
    /// <summary>Creates the exception with the line shown to the user.</summary>
    public GuestSetupException(string message) : base(message) { }

    /// <summary>Creates the exception with the line shown to the user and the failure behind it.</summary>
    public GuestSetupException(string message, Exception inner) : base(message, inner) { }
}
