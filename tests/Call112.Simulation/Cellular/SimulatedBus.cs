using Call112.Gateway.Cellular;

namespace Call112.Simulation.Cellular;

/// <summary>The bus of the modem in memory; what is off stays off when the process dies.</summary>
internal sealed class SimulatedBus(SimulatedModem modem) : IUsbBus
{
    public Task<string?> TakeOffAsync(string device)
    {
        modem.SetOnBus(isOn: false);
        return Task.FromResult<string?>(null);
    }

    public Task<string?> PutBackAsync()
    {
        modem.SetOnBus(isOn: true);
        return Task.FromResult<string?>(null);
    }
}
