using Call112.Station;

namespace Call112.Gateway.Board;

/// <summary>
/// The cabinet: relays, lamps, buttons and loops. Called from the station loop only. A method that throws is an output fault or a missed
/// sample to the loop, never a crash.
/// </summary>
public interface IBoard : IDisposable
{
    /// <summary>Levels of all inputs now, as active or not (polarity is the profile's business).</summary>
    Inputs ReadInputs();

    /// <summary>Drives all outputs to these levels.</summary>
    void Write(Outputs energised);

    /// <summary>What the outputs really are.</summary>
    Outputs ReadBack();
}
