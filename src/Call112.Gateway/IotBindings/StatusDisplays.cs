using Call112.Gateway.IotBindings.Lcd;
using Call112.Gateway.Options;

namespace Call112.Gateway;

public sealed partial class GatewayHost
{
    static partial void AddDisplay(
        IServiceCollection services, GatewayOptions options, Func<IServiceProvider, StationLoop> station, TimeProvider time)
    {
        if (options.Display is not { } display)
            return;
        var size = display.Kind == DisplayOptions.Lcd2004 ? LcdSize.Lcd2004 : LcdSize.Lcd1602;
        services.AddSingleton<IHostedService>(provider =>
        {
            var loop = station(provider);
            return new StatusDisplay(
                new LcdPlace(size, display.I2cBus, display.Address), options.Station, () => loop.State, () => loop.Now().Monotonic, time,
                provider.GetRequiredService<ILogger<StatusDisplay>>());
        });
    }
}
