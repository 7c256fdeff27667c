namespace Dbt.Tool.Guests;

/// <summary>Who is told how a long fetch goes.</summary>
internal interface IFetchProgress
{
    /// <summary>Is cancelled when the fetch has to end.</summary>
    CancellationToken Stop => CancellationToken.None;

    /// <summary>Does one step; it reports how much of it is done, in percent.</summary>
    void Step(string what, Action<Action<double>> work);

    /// <summary>Says something in passing.</summary>
    void Note(string text);
}
