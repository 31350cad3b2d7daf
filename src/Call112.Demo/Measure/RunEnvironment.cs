using System.Runtime.InteropServices;
using Call112.Demo.City;

namespace Call112.Demo.Measure;

/// <summary>Where a run happened, for its report.</summary>
internal static class RunEnvironment
{
    public static RunSettings Describe(string mode, DemoCity city, Uri? broker, string? file = null, double? speed = null, double? rate = null, int? count = null) => new(
        mode, file, city.Posts.Count, broker is null ? "embedded" : "outside", speed, rate, count, Environment.ProcessorCount, RuntimeInformation.FrameworkDescription,
        $"{RuntimeInformation.OSDescription} {RuntimeInformation.OSArchitecture}");
}
