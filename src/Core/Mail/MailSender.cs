using System.Text.Json;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Identity;
using Microsoft.Extensions.Options;

namespace ServerlessRosa.Core.Mail;

/// <summary>A message in plain text.</summary>
public sealed record MailMessage(string To, string Subject, string Text);

/// <summary>Sends mail through Azure Communication Services Email, with the app's identity.</summary>
public sealed class MailSender
{
    private const string Scope = "https://communication.azure.com/.default";
    private const string SendPath = "/emails:send?api-version=2023-03-31";

    private readonly HttpPipeline? _pipeline;
    private readonly Uri? _address;
    private readonly string? _from;

    public MailSender(IOptions<MailOptions> options)
    {
        if (options.Value is { Endpoint.Length: > 0, From.Length: > 0 } mail)
        {
            _address = new Uri(mail.Endpoint.TrimEnd('/') + SendPath);
            _from = mail.From;

            // On this machine there is no identity, and the library refuses to send a token over plain HTTP.
            HttpPipelinePolicy[] policies =
                _address.Scheme == "https" ? [new BearerTokenAuthenticationPolicy(new DefaultAzureCredential(), Scope)] : [];
            _pipeline = HttpPipelineBuilder.Build(new SenderOptions(), policies);
        }
    }

    /// <summary>Whether mail can be sent at all.</summary>
    public bool IsEnabled => _pipeline is not null;

    /// <summary>Sends a message, or fails: the caller must know that it was not delivered. Does nothing if mail is not set up.</summary>
    public async Task SendAsync(MailMessage message, CancellationToken cancellationToken)
    {
        if (_pipeline is null)
        {
            return;
        }
        using var request = _pipeline.CreateRequest();
        request.Method = RequestMethod.Post;
        request.Uri.Reset(_address!);
        request.Headers.Add(HttpHeader.Common.JsonContentType);
        request.Content = RequestContent.Create(
            JsonSerializer.SerializeToUtf8Bytes(
                new
                {
                    senderAddress = _from,
                    content = new { subject = message.Subject, plainText = message.Text },
                    recipients = new { to = new[] { new { address = message.To } } },
                    userEngagementTrackingDisabled = true,
                }
            )
        );
        using var response = await _pipeline.SendRequestAsync(request, cancellationToken);
        if (response.IsError)
        {
            throw new HttpRequestException($"The mail service answered {response.Status}.");
        }
    }

    private sealed class SenderOptions : ClientOptions
    {
        public SenderOptions() => Diagnostics.IsTelemetryEnabled = false;
    }
}
