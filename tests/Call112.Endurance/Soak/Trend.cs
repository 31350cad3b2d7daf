namespace Call112.Endurance.Soak;

/// <summary>A straight line through samples (least squares), and how sure it is.</summary>
/// <param name="Slope">Change for each unit of time.</param>
/// <param name="Error">Standard error of the slope; the samples are taken as independent, which flatters it.</param>
internal readonly record struct Trend(double Slope, double Error)
{
    public static Trend Of(IReadOnlyList<(double At, double Value)> samples)
    {
        if (samples.Count < 3)
            return default;
        var (at, value) = (samples.Average(s => s.At), samples.Average(s => s.Value));
        var width = samples.Sum(s => (s.At - at) * (s.At - at));
        if (width == 0)
            return default;
        var slope = samples.Sum(s => (s.At - at) * (s.Value - value)) / width;
        var rest = samples.Sum(s => Math.Pow(s.Value - value - slope * (s.At - at), 2));
        return new Trend(slope, Math.Sqrt(rest / (samples.Count - 2) / width));
    }

    /// <summary>Even the flattest line that fits the samples rises by more than this.</summary>
    public bool RisesBeyond(double limit) => Slope - 2 * Error > limit;
}
