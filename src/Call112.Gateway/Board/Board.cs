using Call112.Station;

namespace Call112.Gateway.Board;

/// <summary>
/// The cabinet: relays, lamps, buttons and loops. Called from the station loop only. A method that throws is an output fault or a missed
/// sample to the loop, never a crash.
/// </summary>
public interface IBoard : IDisposable
{
    /// <summary>Levels of all inputs now, as active or not (polarity is the profile's business), and which supervised loops are broken.</summary>
    InputSample ReadInputs();

    /// <summary>Drives all outputs to these levels.</summary>
    void Write(Outputs energised);

    /// <summary>What the outputs really are.</summary>
    Outputs ReadBack();

    /// <summary>Newest measurements of the cabinet; may be asked from any thread.</summary>
    BoardGauges Gauges => BoardGauges.None;
}

/// <summary>What a cabinet can measure. What it cannot is null.</summary>
/// <param name="BatteryVolts">Voltage of the battery or the UPS, V.</param>
/// <param name="BatteryPercent">Charge by the fuel gauge, %.</param>
/// <param name="SupplyAmperes">Current out of the UPS, A; negative while it charges.</param>
/// <param name="SirenAmperes">Current of the siren's feed, A.</param>
public sealed record BoardGauges(double? BatteryVolts = null, double? BatteryPercent = null, double? SupplyAmperes = null, double? SirenAmperes = null)
{
    public static BoardGauges None { get; } = new();
}
