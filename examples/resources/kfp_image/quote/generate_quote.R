# Writes the quote for a carousel: generate_quote.R TOTAL_COST STATE_TAX OUTPUT_FILE
args <- commandArgs(trailingOnly = TRUE)
if (length(args) != 3) stop("expected total cost, tax rate and output file")
cost <- as.numeric(args[1])
tax <- as.numeric(args[2])
if (is.na(cost) || is.na(tax)) stop("total cost and tax rate must be numbers")

price <- cost * (1 + tax)
scale <- cost / 5000
quote <- c(
  sprintf("Material cost:   $%.2f", cost),
  sprintf("Sales tax:       %.2f %%", 100 * tax),
  sprintf("Final price:     $%.2f", price),
  sprintf("Unicorns:        %d", as.integer(max(1, floor(15 * scale)))),
  sprintf("Carriages:       %d", as.integer(max(1, floor(5 * scale)))),
  sprintf("Music boxes:     %d", as.integer(max(1, floor(scale)))),
  sprintf("Rainbow paint:   %d gallons", as.integer(max(20, floor(20 * scale)))),
  sprintf("Stardust:        %d pounds", as.integer(max(50, floor(50 * scale))))
)
writeLines(quote)
cat(quote, file = args[3], sep = "\n")
